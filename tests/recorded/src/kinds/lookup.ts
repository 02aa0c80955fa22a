import { DataError, HostLayer, isAdaptable, type StringData } from '@gradus/core'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, isRecorded, type Keras, type Recorded, toHost } from '../recorded.ts'

interface LookupCase extends CaseBase {
  readonly layer: Keras
  readonly input: StringData
  readonly output: Recorded
  readonly adapt_data?: StringData
  readonly vocabulary?: readonly (string | number)[]
}

interface WithVocabulary {
  getVocabulary(): readonly (string | number)[]
}

/** Compares a layer that looks strings up: its vocabulary, and its output for an input. */
export async function runLookup(entry: LookupCase, check: Check): Promise<void> {
  const layer = build('layer', entry.layer)
  if (!(layer instanceof HostLayer)) throw new Unsupported(`lookups of ${layer.type}`)
  if (entry.adapt_data !== undefined) {
    if (!isAdaptable(layer)) throw new DataError(`${layer.type} cannot be adapted.`)
    await layer.adapt(entry.adapt_data)
  }
  if (entry.vocabulary && 'getVocabulary' in layer) {
    check.equal('vocabulary', (layer as unknown as WithVocabulary).getVocabulary(), entry.vocabulary)
  }
  const { data, shape } = layer.process(inputOf(entry.input) as StringData)
  check.equal('output.shape', shape, entry.output.shape)
  if (entry.output.dtype === 'string') check.equal('output', data, entry.output.data)
  else check.numbers('output', data as ArrayLike<number>, entry.output.data as number[])
}

/** Keras has dtypes of integers that Gradus lacks. */
function inputOf(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(inputOf)
  return isRecorded(input) && input.dtype !== 'string' ? toHost(input) : input
}
