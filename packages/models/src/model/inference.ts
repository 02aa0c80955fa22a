import { type BaseLayer, ConfigError, readVariables, statelessCall, type VariableTrees } from '@gradus/core'
import { compile } from '@gradus/graph'
import { onBackend, type Tensor, type Tree, tidy, treeLeaves, treeMap } from '@gradus/tensor'
import { apply, backendOf, identityOp, keepTensors } from '@gradus/tensor/internals'

/** A compiled function of a model's inputs. */
export interface InferenceFunction<T = Tensor> {
  /** Returns the outputs for inputs with a batch axis, in the structures of the model. */
  (inputs: Tree): T
  /** Frees the copies of the weights. */
  dispose(): void
}

/**
 * Returns what a model computes in inference as a compiled function of tensors, which runs at once. The function has copies of the
 * weights; later changes of the model do not change it. There is one program for each shape of the inputs. Throws `ConfigError` for a
 * model whose shapes are not known, and after `dispose`. Keras: the function that `export` writes.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { inferenceFunction, Sequential } from '@gradus/models'
 * import { tensor } from '@gradus/tensor'
 * const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [3] })])
 * const predict = inferenceFunction(model)
 * predict(tensor([[1, 2, 3], [0, 0, 1]])).array() // => [[6], [1]]
 * predict.dispose()
 */
export function inferenceFunction<T = Tensor>(
  model: BaseLayer & { build(): unknown; readonly network?: object | undefined },
): InferenceFunction<T> {
  model.build()
  const own = readVariables(model)
  const [first] = treeLeaves(own)
  const copied = () => tidy(() => treeMap((x) => apply(identityOp, [x], null), own as unknown as Tree))
  const variables = (first ? onBackend(backendOf(first), copied) : own) as unknown as VariableTrees
  keepTensors(treeLeaves(variables))
  const program = compile((inputs: Tree) => statelessCall(model, variables, inputs).outputs)
  let disposed = false
  const run = (inputs: Tree): T => {
    if (disposed)
      throw new ConfigError('The inference function was disposed, which freed its weights. Make another one.')
    return program(inputs) as T
  }
  return Object.assign(run, {
    dispose() {
      for (const tensor of treeLeaves(variables)) tensor.dispose()
      disposed = true
    },
  })
}
