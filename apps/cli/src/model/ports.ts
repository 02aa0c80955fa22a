import type { Model } from 'gradus'

/** An input or an output of a model. */
export interface Port {
  readonly name: string
  /** With the rows first; null stands for sizes that are not known before the model runs, such as the number of rows. */
  readonly shape: readonly (number | null)[]
  readonly dtype: string
}

/** The inputs and outputs of a model. */
export interface ModelPorts {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** Returns the inputs and outputs of a model; undefined for one that was never called, and so does not know them. */
export function portsOf({ ports }: Model): ModelPorts | undefined {
  if (!ports) return undefined
  const port = ({ name, shape, dtype }: (typeof ports.inputs)[number]): Port => ({
    name,
    shape: [...shape],
    dtype: String(dtype),
  })
  return { inputs: ports.inputs.map(port), outputs: ports.outputs.map(port) }
}
