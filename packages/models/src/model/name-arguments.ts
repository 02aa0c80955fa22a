import {
  type BaseLayer,
  type CallSpec,
  ConfigError,
  callOptionsOf,
  isPlainObject,
  isTensorRef,
  type RefStructure,
  type TensorRef,
} from '@gradus/core'

/** The inputs and options of a call. */
export type NamedCall = Pick<CallSpec, 'inputs'> & { readonly options: Readonly<Record<string, unknown>> }

/** A tensor among the options of a call. */
export function isRefObject(value: unknown): value is { readonly tensor: TensorRef } {
  return isPlainObject(value) && Object.keys(value).length === 1 && isTensorRef(value['tensor'])
}

/**
 * Finds inputs and options among the arguments of a call, which Keras saves by position or by the names of its `call`. Calls of
 * other files have both already. Throws `ConfigError` for an argument that has no name and is not a tensor.
 */
export function nameArguments(layer: BaseLayer, { inputs, options: given = {}, args }: CallSpec): NamedCall {
  if (!args) return { inputs, options: given }
  const { callArguments, callDefaults } = layer.constructor as typeof BaseLayer
  const known = callOptionsOf(layer)
  const options: Record<string, unknown> = { ...given }
  const more: RefStructure[] = []
  let first = inputs
  const [name] = callArguments
  if (name !== undefined && Object.hasOwn(known, name) && Array.isArray(inputs) && !isTensorRef(inputs)) {
    // the first argument of Keras 2 may be a list of the input and the values of the next argument
    const [only, ...others] = inputs as readonly RefStructure[]
    first = only!
    if (others.length > 0) options[name] = others.map((tensor) => ({ tensor }))
  }
  args.forEach((argument, index) => {
    const key = callArguments[index]
    if (argument === null) return
    if (key !== undefined) options[key] = argument
    else more.push(refsOf(argument, layer))
  })
  const further = callArguments.filter((key) => !Object.hasOwn(known, key) && options[key] !== undefined)
  more.unshift(...further.map((key) => refsOf(options[key], layer)))
  for (const key of further) delete options[key]
  for (const [key, value] of Object.entries(callDefaults)) if (options[key] === value) delete options[key]
  return { inputs: more.length > 0 ? [first, ...more] : first, options }
}

function refsOf(argument: unknown, layer: BaseLayer): RefStructure {
  if (isRefObject(argument)) return argument.tensor
  if (Array.isArray(argument)) return argument.map((item) => refsOf(item, layer))
  throw new ConfigError(
    `A call of ${layer.type} has the argument ${JSON.stringify(argument)} without its name; expected a tensor.`,
  )
}
