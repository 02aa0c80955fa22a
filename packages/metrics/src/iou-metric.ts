import { type ConfigArgument, ConfigError, joinFields, Metric, weightsLike } from '@gradus/core'
import {
  add,
  argMax,
  broadcastTo,
  cast,
  div,
  eye,
  formatShape,
  full,
  gather,
  greater,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  notEqual,
  reshape,
  ShapeError,
  scatterAdd,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
} from '@gradus/tensor'

/** The field of the dtype in which metrics of the IoU family count. */
export const dtypeField = {
  /** The dtype of the counts. Under int32, Keras's default, sample weights lose their decimals. */
  dtype: { oneOf: ['int32', 'float32'], default: 'int32' },
} as const

/** The field of the number of classes. */
export const numClassesField = {
  /** The number of classes. Labels and predictions outside 0 to `numClasses` - 1 are left out. */
  numClasses: { type: 'integer', required: true, min: 1 },
} as const

/** The field of the classes of which the mean is taken. */
export const targetClassField = {
  /** The classes of which the mean is taken. */
  targetClassIds: { type: 'numbers', required: true, min: 0 },
} as const

/** The fields of the classes that are left out and of the axis of scores. */
export const classFields = /* @__PURE__ */ joinFields(
  {
    /** Samples with this label are left out. */
    ignoreClass: 'integer',
    /** The axis of the classes in one-hot labels and scores. */
    axis: { type: 'integer', default: -1 },
  } as const,
  dtypeField,
)

/** The number of samples, or the sum of their weights, by label (rows) and prediction (columns): `[classes, classes]`. */
export interface IoUState {
  readonly [key: string]: Tensor
  readonly totalConfusionMatrix: Tensor
}

/** Describes how an IoU metric reads labels and predictions. */
export interface IoUSettings {
  readonly numClasses: number
  /** The classes of which the mean is taken. */
  readonly targetClassIds: readonly number[]
  readonly ignoreClass?: number | undefined
  /** Whether labels are class numbers; otherwise they are one-hot. */
  readonly sparseYTrue: boolean
  /** Whether predictions are class numbers; otherwise they are scores of the classes. */
  readonly sparseYPred: boolean
  readonly axis?: number
}

const epsilon = 1e-7

/** Base class of metrics of intersection over union: the mean over classes of hits / (hits + misses + false alarms). */
export abstract class IoUMetric<C extends object> extends Metric<C, IoUState> {
  declare readonly options: { readonly dtype: 'int32' | 'float32' }

  constructor(...args: ConfigArgument<C>) {
    super(...args)
    const { numClasses, targetClassIds } = this.settings()
    const wrong = targetClassIds.find((id) => !Number.isInteger(id) || id >= numClasses)
    if (wrong === undefined && targetClassIds.length > 0) return
    const found = wrong === undefined ? 'is empty' : `holds ${wrong}`
    throw new ConfigError(
      `${this.type}: 'targetClassIds' ${found}; give class numbers from 0 to ${numClasses - 1}, below numClasses.`,
    )
  }

  protected abstract settings(): IoUSettings

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  init(): IoUState {
    const { numClasses } = this.settings()
    return { totalConfusionMatrix: full([numClasses, numClasses], 0, this.options.dtype) }
  }

  update({ totalConfusionMatrix }: IoUState, target: Tensor, prediction: Tensor, weight?: Tensor): IoUState {
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred, axis = -1 } = this.settings()
    const { dtype } = this.options
    const labels = sparseYTrue ? target : argMax(target, { axis })
    const flat = (x: Tensor) => reshape(cast(x, 'int32'), [x.size])
    const truth = flat(labels)
    const guess = flat(sparseYPred ? prediction : argMax(prediction, { axis }))
    if (truth.size !== guess.size) {
      throw new ShapeError(
        `${this.type}: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}, ` +
          `which are ${truth.size} labels and ${guess.size} predictions. Check which of them are class numbers and which hold a value for each class.`,
      )
    }
    const known = (x: Tensor) => logicalAnd(greaterEqual(x, 0), less(x, numClasses))
    const valid = logicalAnd(known(truth), known(guess))
    const counted = ignoreClass === undefined ? valid : logicalAnd(valid, notEqual(truth, ignoreClass))
    // positions from the size on are left out
    const cell = where(counted, add(mul(truth, numClasses), guess), numClasses * numClasses)
    const weights = weight ? reshape(broadcastTo(weightsLike(labels, weight), labels.shape), [truth.size]) : full([], 1)
    const counts = scatterAdd(full([numClasses * numClasses], 0, dtype), cell, cast(weights, dtype))
    return { totalConfusionMatrix: add(totalConfusionMatrix, reshape(counts, [numClasses, numClasses])) }
  }

  result({ totalConfusionMatrix }: IoUState): Tensor {
    const { targetClassIds, numClasses } = this.settings()
    const matrix = cast(totalConfusionMatrix, 'float32')
    const chosen = (x: Tensor) => gather(x, tensor(targetClassIds, { dtype: 'int32' }))
    const hits = chosen(sum(mul(matrix, eye(numClasses)), { axis: 0 }))
    const union = sub(add(chosen(sum(matrix, { axis: 0 })), chosen(sum(matrix, { axis: 1 }))), hits)
    const present = greater(union, 1e-9)
    const ratios = where(present, div(hits, add(union, epsilon)), 0)
    return div(sum(ratios), add(sum(cast(present, 'float32')), epsilon))
  }
}
