import type { HostArray } from '@gradus/core'
import * as data from '@gradus/data'
import type { Check } from '../check.ts'
import { camelOptions } from '../options.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, isRecorded, type Recorded, toHost } from '../recorded.ts'

interface UtilCase extends CaseBase {
  readonly function: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
  readonly result: Recorded
}

/** The names of Keras's positional arguments and the function of Gradus. */
interface Util {
  readonly parameters: readonly string[]
  readonly call: (first: never, options: never) => HostArray
}

const utils: Readonly<Record<string, Util>> = {
  to_categorical: {
    parameters: ['x', 'num_classes'],
    call: (x: HostArray, { numClasses }: { numClasses?: number }) => data.toCategorical(x, numClasses),
  },
  normalize: { parameters: ['x', 'axis', 'order'], call: data.normalize },
  pad_sequences: {
    parameters: ['sequences', 'maxlen', 'dtype', 'padding', 'truncating', 'value'],
    call: data.padSequences,
  },
}

export async function runUtil(entry: UtilCase, check: Check): Promise<void> {
  const util = Object.hasOwn(utils, entry.function) ? utils[entry.function] : undefined
  if (!util) throw new Unsupported(`function ${entry.function}`)
  const [first, ...rest] = entry.args.map((value) => (isRecorded(value) ? toHost(value) : value))
  const positional = Object.fromEntries(rest.map((value, index) => [util.parameters[index + 1]!, value]))
  const { data: values, shape } = util.call(first as never, camelOptions({ ...positional, ...entry.kwargs }) as never)
  check.equal('result', shape, entry.result.shape)
  await check.close('result', values, entry.result)
}
