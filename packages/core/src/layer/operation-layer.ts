import { type Operation, SymbolicTensor, Tensor, type TensorValues, type Tree, tensor } from '@gradus/tensor'
import { describeValue } from '../config/describe.ts'
import type { Kind } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import { ConfigError } from '../errors.ts'
import { isPlainObject, mapLeaves, type Structure } from '../structure.ts'
import type { LayerOptions } from './base-layer.ts'
import { callSymbolically, symbolicIn } from './call.ts'
import { Layer } from './layer.ts'

/** The options of `OperationLayer`. */
export interface OperationConfig {
  readonly operation: Operation
  /**
   * The arguments of the operation. In them, also in lists and objects, `{ input: 0 }` stands for the first input of the layer
   * and `{ values, dtype }` for a constant tensor.
   */
  readonly args: readonly unknown[]
}

/**
 * An operation such as `add` between the layers of a functional model. Calling an operation on symbolic tensors makes one.
 * Tensors among the arguments are constants of the model and are saved with it.
 *
 * @example
 * import { input } from '@gradus/core'
 * import { add, mul } from '@gradus/tensor'
 * const x = input({ shape: [3] })
 * add(mul(x, 2), x).shape // => [null, 3]
 */
export class OperationLayer extends Layer<OperationConfig> {
  static readonly type = 'Operation'
  static override readonly fields = {
    operation: { type: 'operation' as Kind<Operation>, required: true },
    args: { type: 'unknown', required: true },
  } as const

  constructor(config: LayerOptions<OperationConfig>) {
    super(config)
    const { args } = this.config
    if (!Array.isArray(args)) throw new ConfigError(`Operation: 'args' must be a list and is ${describeValue(args)}.`)
  }

  override get autocast(): boolean {
    return false
  }

  override get defaultName(): string {
    return snakeCase(this.config.operation.type)
  }

  apply(inputs: Tree): Tree {
    const list = (inputs instanceof Tensor ? [inputs] : inputs) as readonly Tensor[]
    const { operation, args } = this.config
    try {
      const filled = args.map((arg) =>
        replaceIn(arg, (value) => {
          if (isPlaceholder(value)) return list[value.input]
          return isConstant(value) ? tensor(value.values, { dtype: value.dtype }) : undefined
        }),
      )
      return (operation as unknown as (...args: unknown[]) => Tree)(...filled)
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error
      // a file may have any arguments; messages of operations begin with their name, others are the engine's
      const { type } = operation
      const reason = error.message.startsWith(`${type} `) ? `: ${error.message}` : '.'
      throw new ConfigError(`The operation '${type}' cannot take the arguments ${describeValue(args)}${reason}`, {
        cause: error,
      })
    }
  }
}

/** Records an operation on symbolic tensors as a call of an `OperationLayer`. */
export function recordOperation(
  operation: (...args: never) => unknown,
  args: readonly unknown[],
): Structure<SymbolicTensor> {
  let next = 0
  const mark = (x: unknown) => (x instanceof SymbolicTensor ? { input: next++ } : x)
  const marked = args.map((arg) => mapLeaves(arg, mark))
  const layer = new OperationLayer({ operation: operation as Operation, args: marked })
  return callSymbolically(layer, args.flatMap(symbolicIn), {})
}

interface Placeholder {
  readonly input: number
}

interface Constant {
  readonly values: TensorValues
  readonly dtype: Tensor['dtype']
}

/** A copy of an argument in which each value, at any depth, is replaced by the result of `replace` unless that is undefined. */
function replaceIn(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replacement = replace(value)
  if (replacement !== undefined) return replacement
  if (Array.isArray(value)) return value.map((entry) => replaceIn(entry, replace))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, replaceIn(entry, replace)]))
}

function isPlaceholder(value: unknown): value is Placeholder {
  return isPlainObject(value) && Object.keys(value).length === 1 && 'input' in value
}

function isConstant(value: unknown): value is Constant {
  return isPlainObject(value) && Object.keys(value).length === 2 && 'values' in value && 'dtype' in value
}
