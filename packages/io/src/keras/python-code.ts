import { FormatError } from '@gradus/core'

/** How the text of a Python code object begins: base64 of the byte `c`, with a flag or without, and a small number. */
const byteCode = /^(4w|Yw)/

/** Whether a value is a Python lambda as Keras saves it outside an object: `[code, defaults, closure]`, alone or as `value`. */
export function isLambda(value: unknown): boolean {
  const inner = (value as { readonly value?: unknown } | null)?.value ?? value
  return Array.isArray(inner) && inner.length === 3 && typeof inner[0] === 'string' && byteCode.test(inner[0])
}

/** The error for a Python lambda in an option; `owner` is the class that has the option, if it is known. */
export function lambdaError(option: string, owner: string | undefined): FormatError {
  const place = [owner, option].filter((part) => part).join('.')
  return new FormatError(
    `${place ? `${place} is` : 'The Keras config holds'} a Python lambda, which Keras saves as byte code of Python, and that cannot run here. ` +
      "Give a named function in its place before saving, and add a function of that name here: registry.with(operation('name', run)).",
  )
}

/** Why a class of Keras cannot exist here, by its name. */
const others: Readonly<Record<string, string>> = {
  TFSMLayer: 'a TensorFlow SavedModel',
  FlaxLayer: 'a module of Flax',
  JaxLayer: 'a function of JAX',
  TorchModuleWrapper: 'a module of PyTorch',
}

/** Throws `FormatError` for a layer of Keras that calls another Python framework. */
export function requireTranslatable(className: string): void {
  if (!Object.hasOwn(others, className)) return
  throw new FormatError(
    `The layer ${className} calls ${others[className]}, which does not run in JavaScript. Replace it by layers of Keras before saving.`,
  )
}
