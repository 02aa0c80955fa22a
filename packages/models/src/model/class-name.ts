import { type BaseLayer, OperationLayer } from '@gradus/core'

/** The name of a layer's class as Keras shows it: without a namespace, and of an operation its own, such as `Add`. */
export function classNameOf(layer: BaseLayer): string {
  const name = layer instanceof OperationLayer ? layer.config.operation.type : layer.type
  const [plain] = name.split('/').slice(-1) as [string]
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}
