import { type CallOptions, ConfigError, type Kind, type Loss, type OptionsOf, type Scope } from '@gradus/core'
import { add, mul, type Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import { Model } from '../model/model.ts'
import type { CompileOptions, KnownNames, NoNames } from '../objective/index.ts'
import type { Figures, ModelStep, StepBatch, TrainStep } from '../step/index.ts'
import { FeatureDistillation } from './distillation-loss.ts'

const fields = {
  /** The trained model. `Distiller` freezes it. */
  teacher: { type: 'layer' as Kind<Model>, required: true },
  /** The model to train. Its inputs and outputs have the shapes of the teacher's. */
  student: { type: 'layer' as Kind<Model>, required: true },
  /** One loss between teacher and student, or a list of them. Any loss serves. */
  distillationLosses: { type: 'loss' as Kind<Loss | readonly Loss[]>, required: true },
  /** The factors of these losses (default 1). */
  distillationLossWeights: 'numbers',
  /** The factor of the loss that `compile` was given; the distillation losses have the rest. */
  studentLossWeight: { type: 'number', default: 0.5, min: 0, max: 1 },
} as const

export interface DistillerConfig {
  readonly teacher: Model
  readonly student: Model
  readonly distillationLosses: Loss | readonly Loss[]
  readonly distillationLossWeights?: readonly number[]
  readonly studentLossWeight?: number
  readonly name?: string
}

/**
 * Trains a student on targets and on the outputs of a teacher. `compile` takes the loss for the targets; `fit` reports `student_loss`,
 * `distillation_loss` and their weighted sum, `total_loss`; `loss` is that sum with the losses of layers and penalties. The outputs are the student's. After training use `student` alone. Throws
 * `ConfigError` for weights that do not fit the losses and for names that no layer has. Source: Keras `distillation.Distiller`.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { MeanSquaredError } from '@gradus/losses'
 * import { Distiller, LogitsDistillation, Sequential } from '@gradus/models'
 * import { SGD } from '@gradus/optimizers'
 * const teacher = new Sequential([new Dense({ units: 8, inputShape: [3] }), new Dense({ units: 2 })], { seed: 1 })
 * const student = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 2 })
 * const distiller = new Distiller({ teacher, student, distillationLosses: new LogitsDistillation() })
 * distiller.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
 * const history = await distiller.fit([[1, 2, 3]], [[1, 0]], { verbose: 0 })
 * Object.keys(history.history).sort() // => ['distillation_loss', 'loss', 'student_loss', 'total_loss']
 */
export class Distiller<N extends KnownNames = NoNames> extends Model<N, DistillerConfig> {
  static readonly type = 'Distiller'
  static override readonly fields = fields
  private readonly compared: readonly Loss[]
  private readonly factors: readonly number[]
  private readonly teacherFeatures: Model | undefined
  private readonly studentFeatures: Model | undefined

  constructor(config: DistillerConfig) {
    super(config)
    const { distillationLosses, distillationLossWeights } = this.distillation
    this.compared = [distillationLosses].flat() as Loss[]
    this.factors = distillationLossWeights ?? this.compared.map(() => 1)
    if (this.factors.length !== this.compared.length) {
      throw new ConfigError(
        `Distiller: there are ${this.factors.length} distillationLossWeights for ${this.compared.length} distillationLosses. Give one for each.`,
      )
    }
    this.teacher.trainable = false
    this.teacherFeatures = featuresOf(this.teacher, this.layerNames('teacherLayerName'))
    this.studentFeatures = featuresOf(this.student, this.layerNames('studentLayerName'))
    if (this.teacherFeatures) this.teacherFeatures.trainable = false
  }

  private get distillation(): OptionsOf<typeof fields> {
    return this.options as unknown as OptionsOf<typeof fields>
  }

  get teacher(): Model {
    return this.distillation.teacher
  }

  get student(): Model {
    return this.distillation.student
  }

  override compile(options: CompileOptions<N>): void {
    if (options?.loss === undefined && this.distillation.studentLossWeight > 0) {
      throw new ConfigError('Distiller: compile needs the loss of the student. Give it, or studentLossWeight: 0.')
    }
    super.compile(options)
  }

  override apply(x: Tensor, scope: Scope<this>): Tensor {
    return scope.callAll(this.student, x) as Tensor
  }

  override trainStep(batch: StepBatch, step: TrainStep): Figures {
    let figures: Figures = {}
    const loss = step.minimize(() => {
      figures = this.compareModels(batch, step)
      return figures['total_loss']!
    })
    return { ...figures, loss }
  }

  override testStep(batch: StepBatch, step: ModelStep): Figures {
    let figures: Figures = {}
    const loss = step.total(() => {
      figures = this.compareModels(batch, step)
      return figures['total_loss']!
    })
    return { ...figures, loss }
  }

  /** Returns `student_loss` and `distillation_loss`, and their weighted sum `total_loss`, for one batch. */
  private compareModels({ x }: StepBatch, step: ModelStep): Figures {
    const outputs = (features: Model | undefined, model: Model, options: CallOptions): Outputs => {
      const all = step.callAll(features ?? model, x, options)
      return features ? (all as unknown as Outputs) : { output: all }
    }
    const teacher = outputs(this.teacherFeatures, this.teacher, { training: false })
    const student = outputs(this.studentFeatures, this.student, {})
    const studentLoss = step.loss(student.output)
    const parts = this.compared.map((loss, index) => {
      const { teacherLayerName, studentLayerName } = loss instanceof FeatureDistillation ? loss.options : {}
      const [t, s] = [teacher[teacherLayerName ?? 'output']!, student[studentLayerName ?? 'output']!].map(treeLeaves)
      return mul(this.factors[index]!, sumOf(t!.map((value, output) => loss.call(value, s![output]!))))
    })
    const distillationLoss = sumOf(parts)
    const { studentLossWeight: weight } = this.distillation
    const total = add(mul(weight, studentLoss), mul(1 - weight, distillationLoss))
    return { student_loss: studentLoss, distillation_loss: distillationLoss, total_loss: total }
  }

  private layerNames(option: 'teacherLayerName' | 'studentLayerName'): string[] {
    return this.compared.flatMap((loss) => (loss instanceof FeatureDistillation ? (loss.options[option] ?? []) : []))
  }
}

/** The outputs of a model, as `output`, and those of some layers by their names. */
type Outputs = { readonly output: Tree } & Readonly<Record<string, Tree>>

/** A model that returns the outputs of a model and of its layers with these names; undefined without names. */
function featuresOf(model: Model, names: readonly string[]): Model | undefined {
  if (names.length === 0) return undefined
  const features = Object.fromEntries(names.map((name) => [name, model.getLayer(name).output]))
  return new Model({ inputs: model.inputs, outputs: { ...features, output: model.outputs } as never })
}

function sumOf(values: readonly Tensor[]): Tensor {
  return values.reduce((a, b) => add(a, b))
}
