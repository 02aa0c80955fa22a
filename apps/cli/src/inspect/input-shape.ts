import { ConfigError } from '@gradus/core'
import type { InferenceGraphOptions } from '@gradus/export-js'
import { Option } from 'commander'
import { collect } from '../flags.ts'

/** `--input-shape` of a command that traces a model. */
export function inputShapeOption(): Option {
  const about = 'the sizes of one sample where the model does not know them, such as 16,3; repeatable'
  return new Option('--input-shape <sizes>', about).argParser(collect)
}

/**
 * The shapes that `--input-shape` gives: `16,3` for the only input, or `words=16` for one of several; repeatable. Throws `ConfigError`.
 */
export function inputShapes(given: readonly string[] | undefined): InferenceGraphOptions {
  if (!given || given.length === 0) return {}
  const named = given.map((text) => {
    const [, name, sizes] = /^(?:(.+)=)?([\d,x ]+)$/.exec(text) ?? []
    const shape = sizes?.split(/[,x ]+/).map(Number)
    if (!shape || shape.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new ConfigError(
        `--input-shape is '${text}'; expected the sizes of one sample, such as 16,3, or with the name of the input: words=16.`,
      )
    }
    return { name, shape }
  })
  const [first] = named
  if (named.length === 1 && first!.name === undefined) return { inputShape: first!.shape }
  if (named.some(({ name }) => name === undefined)) {
    throw new ConfigError('--input-shape is given several times: name the inputs, as in --input-shape words=16.')
  }
  return { inputShape: Object.fromEntries(named.map(({ name, shape }) => [name!, shape])) }
}
