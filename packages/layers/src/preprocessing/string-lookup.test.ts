import { cpu } from '@gradus/backend-cpu'
import {
  type Batch,
  type Dataset,
  type HostValues,
  input,
  isAdaptable,
  type LayerOptions,
  Registry,
  toHostValues,
} from '@gradus/core'
import { fromArrays, fromIterable } from '@gradus/data'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { StringLookup, type StringLookupConfig } from './string-lookup.ts'

await useBackend(cpu())

const abc = ['a', 'b', 'c']

/** A dataset of the given batches. */
function batchesOf(...arrays: (string[] | string[][])[]): Dataset {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      for (const array of arrays) yield { x: toHostValues(array, 'x') }
    },
  }
}

describe('StringLookup looks up', () => {
  it('strings and returns a tensor or host values', () => {
    const layer = new StringLookup({ vocabulary: abc })
    const output = layer.call([['a', 'z', 'c']])
    expect({ shape: output.shape, dtype: output.dtype }).toEqual({ shape: [1, 3], dtype: 'int32' })
    expect(output.array()).toEqual([[1, 0, 3]])
    expect(layer.call(['b']).array()).toEqual([2])
    expect(layer.process(['b', 'x'])).toEqual({ data: Int32Array.of(2, 0), shape: [2], dtype: 'int32' })
    expect(layer.process({ data: ['b'], shape: [], dtype: 'string' })).toMatchObject({ shape: [] })
  })

  it('an empty list', () => {
    expect(new StringLookup({ vocabulary: abc }).process([])).toMatchObject({ shape: [0], dtype: 'int32' })
  })

  it('samples of any rank along the last axis', () => {
    // Keras reduces axis 1 here, although its documentation and compute_output_shape say that it is the last one
    const samples = [
      [
        ['b', 'a', 'a'],
        ['z', 'c', 'c'],
      ],
    ]
    const multiHot = new StringLookup({ vocabulary: abc, outputMode: 'multiHot' })
    expect(multiHot.call(samples).array()).toEqual([
      [
        [0, 1, 1, 0],
        [1, 0, 0, 1],
      ],
    ])
    const count = new StringLookup({ vocabulary: abc, outputMode: 'count' })
    expect(count.call(samples).array()).toEqual([
      [
        [0, 2, 1, 0],
        [1, 0, 0, 2],
      ],
    ])
  })

  it('a single string, like an element of a pipeline before batching', () => {
    for (const outputMode of ['oneHot', 'multiHot', 'count'] as const) {
      const layer = new StringLookup({ vocabulary: abc, outputMode })
      expect(layer.process({ data: ['b'], shape: [], dtype: 'string' })).toEqual({
        data: Float32Array.of(0, 0, 1, 0),
        shape: [4],
        dtype: 'float32',
      })
    }
  })

  it('indices and returns strings', () => {
    const layer = new StringLookup({ vocabulary: abc, invert: true, maskToken: '' })
    expect(layer.process([[0, 1, 2, 4, 5, -1]])).toEqual({
      data: ['', '[UNK]', 'a', 'c', '[UNK]', '[UNK]'],
      shape: [1, 6],
      dtype: 'string',
    })
    expect(layer.process({ data: Int32Array.of(3), shape: [1], dtype: 'int32' }).data).toEqual(['b'])
  })

  it('within a pipeline', async () => {
    const lookup = new StringLookup({ vocabulary: abc })
    const data = await fromArrays({ x: [['a'], ['z'], ['c']], y: [0, 1, 0] })
    const batches = data.batch(2).map(({ x, y }) => ({ x: lookup.process(x), y: y! }))
    const seen: HostValues[] = []
    for await (const { x } of batches) seen.push(x as HostValues)
    expect(seen).toEqual([
      { data: Int32Array.of(1, 0), shape: [2, 1], dtype: 'int32' },
      { data: Int32Array.of(3), shape: [1, 1], dtype: 'int32' },
    ])
  })
})

describe('StringLookup learns its vocabulary', () => {
  const learned = ['[UNK]', 'd', 'z', 'c', 'b', 'a']
  const data = [
    ['a', 'c', 'd'],
    ['d', 'z', 'b'],
  ]

  it('from arrays, batches and a pipeline', async () => {
    const pipeline = fromIterable(() => data.map((x) => ({ x })))
    for (const source of [data, data.flat(), batchesOf(data.slice(0, 1), data.slice(1)), pipeline.batch(1), pipeline]) {
      const layer = new StringLookup()
      await layer.adapt(source)
      expect(layer.getVocabulary()).toEqual(learned)
    }
  })

  it('and the document frequencies for tfIdf, with samples as documents', async () => {
    const layer = new StringLookup({ outputMode: 'tfIdf' })
    await layer.adapt(batchesOf([['a', 'a']], [['b', 'a']], [['b', 'b']]))
    const weight = Math.log(1 + 3 / (1 + 2))
    expect(layer.call([['a', 'a', 'b']]).array()).toEqual([
      [0, expect.closeTo(weight, 6), expect.closeTo(2 * weight, 6)],
    ])
    // with one string per sample, each string is a document
    const column = new StringLookup({ outputMode: 'tfIdf' })
    await column.adapt(batchesOf(['a', 'b'], ['b', 'c']))
    expect(column.toSpec()).toMatchObject({
      vocabulary: ['[UNK]', 'b', 'c', 'a'],
      idfWeights: [
        expect.closeTo((Math.log(1 + 4 / 3) + 2 * Math.log(1 + 4 / 2)) / 3, 12),
        expect.closeTo(Math.log(1 + 4 / 3), 12),
        expect.closeTo(Math.log(1 + 4 / 2), 12),
        expect.closeTo(Math.log(1 + 4 / 2), 12),
      ],
    })
  })

  it('again, also if it was given', async () => {
    const layer = new StringLookup({ vocabulary: ['x'] })
    await layer.adapt(data)
    expect(layer.getVocabulary()).toEqual(learned)
    await layer.adapt(['q'])
    expect(layer.getVocabulary()).toEqual(['[UNK]', 'q'])
    expect(isAdaptable(layer)).toBe(true)
  })

  it('in the order of bytes for equal counts', async () => {
    const layer = new StringLookup()
    await layer.adapt(['\u{1F600}b', '\uffee', '\u{1F600}', 'é', 'ab', 'a', ''])
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual([
      '\u{1F600}b',
      '\u{1F600}',
      '\uffee',
      'é',
      'ab',
      'a',
      '',
    ])
  })

  it('but keeps the earlier one if the data has no tokens', async () => {
    const layer = new StringLookup({ vocabulary: ['x'], maskToken: 'm' })
    const message = 'StringLookup found only special tokens in the data that it is adapted to, or none.'
    await expect(layer.adapt([])).rejects.toThrow(message)
    await expect(layer.adapt(['[UNK]', 'm'])).rejects.toThrow(message)
    await expect(layer.adapt([1, 2])).rejects.toThrow(
      'StringLookup takes strings, and was given numbers, such as 1. Write them as strings, or set invert: true to make strings of indices.',
    )
    expect(layer.getVocabulary()).toEqual(['m', '[UNK]', 'x'])
  })
})

describe('the vocabulary of StringLookup', () => {
  it('has special tokens in front', () => {
    const layer = new StringLookup({ vocabulary: abc, maskToken: '', numOovIndices: 2, oovToken: '?' })
    expect(layer.getVocabulary()).toEqual(['', '?', '?', 'a', 'b', 'c'])
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(abc)
    expect(layer.vocabularySize).toBe(6)
    const empty = new StringLookup({ maskToken: '' })
    expect(empty.getVocabulary()).toEqual(['', '[UNK]'])
    expect(empty.vocabularySize).toBe(2)
  })

  it('can be replaced', () => {
    const layer = new StringLookup({ vocabulary: abc })
    layer.setVocabulary(['[UNK]', 'x', 'y'])
    expect(layer.call(['y', 'a']).array()).toEqual([2, 0])
    const weighted = new StringLookup({ outputMode: 'tfIdf' })
    weighted.setVocabulary(['x', 'y'], [1, 3])
    expect(weighted.call([['x', 'y', 'z', 'y']]).array()).toEqual([[2, 1, 6]])
  })

  it('is part of the spec, also if it was learned or set', async () => {
    const registry = new Registry([StringLookup])
    const again = (layer: StringLookup) =>
      registry.parse('layer', JSON.parse(JSON.stringify(layer.toSpec()))) as StringLookup
    const given = new StringLookup({ vocabulary: abc, maskToken: 'm', salt: [1, 2], numOovIndices: 3 })
    expect(given.toSpec()).toEqual({
      layer: 'StringLookup',
      vocabulary: abc,
      maskToken: 'm',
      salt: [1, 2],
      numOovIndices: 3,
    })
    expect(again(given).call(['m', 'c', 'zebra']).array()).toEqual(given.call(['m', 'c', 'zebra']).array())
    const learned = new StringLookup({ outputMode: 'tfIdf', vocabularySize: 3 })
    await learned.adapt([['b', 'a']])
    const spec = learned.toSpec()
    expect(spec).not.toHaveProperty('vocabularySize')
    expect(again(learned).toSpec()).toEqual(spec)
    expect(
      again(learned)
        .call([['a', 'q']])
        .array(),
    ).toEqual(learned.call([['a', 'q']]).array())
    // a token may look like a special one
    const odd = new StringLookup()
    odd.setVocabulary(['[UNK]', '[UNK]', 'a'])
    expect(again(odd).getVocabulary()).toEqual(['[UNK]', '[UNK]', 'a'])
    expect(new StringLookup().toSpec()).toEqual({ layer: 'StringLookup' })
  })
})

describe('StringLookup in a model', () => {
  const words = (shape: (number | null)[]) => input({ shape, dtype: 'string' })

  it('gives indices in the shape of its input', () => {
    const output = new StringLookup().call(words([2]))
    expect({ shape: output.shape, dtype: output.dtype }).toEqual({ shape: [null, 2], dtype: 'int32' })
  })

  it.each([
    ['oneHot', [null], [null, null, 4]],
    ['oneHot', [1], [null, 4]],
    ['oneHot', [2, 3], [null, 2, 3, 4]],
    ['multiHot', [null], [null, 4]],
    ['count', [5, 7], [null, 5, 4]],
    ['tfIdf', [7], [null, 4]],
  ] as const)('gives vectors with outputMode %s', (outputMode, shape, expected) => {
    const idfWeights = outputMode === 'tfIdf' ? [1, 2, 3] : undefined
    const output = new StringLookup({ vocabulary: abc, outputMode, idfWeights: idfWeights as number[] }).call(
      words([...shape]),
    )
    expect({ shape: output.shape, dtype: output.dtype }).toEqual({ shape: expected, dtype: 'float32' })
  })

  it('is followed by layers of numbers', () => {
    const encoded = new StringLookup({ vocabulary: abc, outputMode: 'multiHot' }).call(words([null]))
    expect(new Dense({ units: 2 }).call(encoded).shape).toEqual([null, 2])
    expect(() => new Dense({ units: 2 }).call(words([3]))).toThrow('Dense takes numbers, and its input is strings.')
  })

  it('takes numbers and gives strings with invert', () => {
    const layer = new StringLookup({ vocabulary: abc, invert: true })
    const output = layer.call(input({ shape: [2], dtype: 'int32' }))
    expect({ shape: output.shape, dtype: output.dtype as string }).toEqual({ shape: [null, 2], dtype: 'string' })
    expect(layer.inputDType).toBe('int32')
    expect(() => layer.call(words([2]))).toThrow('StringLookup takes numbers, and its input is strings.')
  })

  it('has outputs of a fixed size, given by padding, a vocabulary or vocabularySize', async () => {
    const padded = new StringLookup({ outputMode: 'count', maxTokens: 6, padToMaxTokens: true })
    expect(padded.call(words([3])).shape).toEqual([null, 6])
    await padded.adapt(abc)
    expect(padded.call([['c', 'c']]).array()).toEqual([[0, 2, 0, 0, 0, 0]])
    const promised = new StringLookup({ outputMode: 'count', vocabularySize: 4 })
    expect(promised.call(words([3])).shape).toEqual([null, 4])
    await promised.adapt(abc)
    await expect(promised.adapt(['a'])).rejects.toThrow(
      "StringLookup gives vectors of 4 numbers since it was called or made with 'vocabularySize', so its vocabulary cannot have 2 entries. Make a new layer, or set maxTokens and padToMaxTokens.",
    )
    expect(promised.vocabularySize).toBe(4)
    const called = new StringLookup({ outputMode: 'oneHot', vocabulary: abc })
    called.setVocabulary(['a'])
    called.call(words([1]))
    expect(() => called.setVocabulary(abc)).toThrow('its vocabulary cannot have 4 entries')
    const indices = new StringLookup({ vocabulary: abc, vocabularySize: 4 })
    indices.setVocabulary(['a'])
    expect(indices.vocabularySize).toBe(2)
  })
})

describe('StringLookup refuses', () => {
  it.each<[LayerOptions<StringLookupConfig>, string]>([
    [{ maxTokens: 1 }, "StringLookup: 'maxTokens' must be an integer at least 2 and is 1."],
    [{ numOovIndices: -1 }, "StringLookup: 'numOovIndices' must be an integer at least 0 and is -1."],
    [{ outputMode: 'hot' as never }, `StringLookup: 'outputMode' must be one of "int", "oneHot", "multiHot", "count"`],
    [{ encoding: 'latin-1' as never }, `StringLookup: 'encoding' must be one of "utf-8" and is "latin-1".`],
    [
      { sparse: true, outputMode: 'count' },
      "StringLookup: 'sparse' is true, and there are no sparse tensors. Leave it out: the output has the same values, zeros included.",
    ],
    [
      { padToMaxTokens: true },
      "StringLookup: 'padToMaxTokens' needs 'maxTokens', the size to pad to. Example: maxTokens: 1000.",
    ],
    [
      { invert: true, outputMode: 'count' },
      "StringLookup: 'invert' makes tokens of indices, and 'outputMode' is 'count'. Leave one of them out.",
    ],
    [
      { idfWeights: [1], outputMode: 'tfIdf' },
      "StringLookup: 'idfWeights' belong to the entries of 'vocabulary', which is missing. Give both, or call adapt(data).",
    ],
    [
      { maxTokens: 3, numOovIndices: 2, maskToken: 'm' },
      "StringLookup: 'maxTokens' is 3, and 3 special tokens leave no space for others. It must be at least 4.",
    ],
    [{ salt: [1, 2, 3] }, "StringLookup: 'salt' must be a whole number or a list of two and is [1,2,3]."],
    [{ salt: [1, 2.5] }, "StringLookup: 'salt' must be a whole number or a list of two and is [1,2.5]."],
    [
      { vocabulary: 'words.txt' as never },
      `StringLookup: 'vocabulary' must be a list with a string as each entry and is "words.txt". Files are not read: read the file and give its lines.`,
    ],
    [
      { vocabulary: [] },
      "StringLookup: 'vocabulary' is empty. Give at least one token, or leave it out and call adapt(data).",
    ],
    [{ vocabulary: ['a', 3 as never] }, "StringLookup: each entry of 'vocabulary' must be a string, and entry 1 is 3."],
    [
      { vocabulary: ['a', 'b', 'a', 'c', 'b'] },
      `StringLookup: 'vocabulary' holds "a", "b" more than once. Each token must occur once.`,
    ],
    [
      { vocabulary: ['a', 'm', 'b'], maskToken: 'm' },
      `StringLookup: "m" is the maskToken and stands among the tokens of 'vocabulary' (token 1). Leave special tokens out, or begin the list with all of them in this order: ["m","[UNK]"].`,
    ],
    [
      { vocabulary: ['a', '[UNK]'], invert: true },
      `StringLookup: "[UNK]" is the oovToken and stands among the tokens of 'vocabulary' (token 1).`,
    ],
    [
      { vocabulary: abc, maxTokens: 3, name: 'words' },
      "StringLookup 'words': the vocabulary has 4 entries, special tokens (1) included, and 'maxTokens' allows 3. Shorten the vocabulary or raise maxTokens.",
    ],
    [
      { vocabulary: abc, idfWeights: [1, 2, 3] },
      "StringLookup: 'idfWeights' are for outputMode 'tfIdf' only. Leave them out, or set outputMode: 'tfIdf'.",
    ],
    [
      { vocabulary: abc, outputMode: 'tfIdf' },
      "StringLookup: outputMode 'tfIdf' needs 'idfWeights' beside 'vocabulary', one for each of its 3 entries. Or leave out both and call adapt(data).",
    ],
    [
      { vocabulary: abc, outputMode: 'tfIdf', idfWeights: [1] },
      "StringLookup: there are 1 'idfWeights' for the 3 entries of 'vocabulary'. Give one for each.",
    ],
    [{ vocabulary: abc, vocabularySize: 9, outputMode: 'count' }, 'its vocabulary cannot have 4 entries'],
  ])('the options %j', (config, message) => {
    expect(() => new StringLookup(config)).toThrow(message)
  })

  it("takes Keras's names of output modes", () => {
    for (const [given, mode] of [
      ['one_hot', 'oneHot'],
      ['multi_hot', 'multiHot'],
      ['tf_idf', 'tfIdf'],
      ['tf-idf', 'tfIdf'],
    ]) {
      expect(new StringLookup({ outputMode: given as 'oneHot' }).options.outputMode).toBe(mode)
    }
  })

  it('calls without a vocabulary', () => {
    const message =
      "StringLookup has no vocabulary yet. Give the option 'vocabulary', or call adapt(data) or setVocabulary([...]) first."
    expect(() => new StringLookup().call(['a'])).toThrow(message)
    expect(() => new StringLookup({ invert: true }).process([1])).toThrow(message)
    expect(() => new StringLookup({ outputMode: 'count' }).call(input({ shape: [2], dtype: 'string' }))).toThrow(
      message,
    )
  })

  it('unknown strings if there is no index for them', () => {
    const layer = new StringLookup({ vocabulary: abc, numOovIndices: 0 })
    expect(layer.call(['a', 'c']).array()).toEqual([0, 2])
    expect(() => layer.call(['a', 'q'])).toThrow(
      'StringLookup: "q" is not in the vocabulary, and numOovIndices is 0. Add it to the vocabulary, or set numOovIndices: 1.',
    )
  })

  it('numbers, tensors and invalid indices', () => {
    const layer = new StringLookup({ vocabulary: abc })
    expect(() => layer.call([1, 2])).toThrow('StringLookup takes strings, and was given numbers, such as 1.')
    const symbolic =
      "StringLookup takes strings, and its input is float32. In a model say so with input({ shape, dtype: 'string' }); elsewhere call it with arrays of strings."
    expect(() => layer.call(input({ shape: [2] }))).toThrow(symbolic)
    expect(() => layer.call(tensor([1, 2]))).toThrow(symbolic)
    const inverted = new StringLookup({ vocabulary: abc, invert: true })
    expect(() => inverted.process(['a'])).toThrow(
      'StringLookup has invert: true, so it takes indices, and its input is strings, such as "a". Leave invert out to look up strings.',
    )
    expect(() => inverted.process([1.5])).toThrow('StringLookup makes tokens of indices, and 1.5 is no whole number.')
    expect(() => inverted.call([1])).toThrow(
      'StringLookup.call gives a tensor, and its output is strings. Use process(...) instead.',
    )
    expect(() => inverted.call(tensor([1]))).toThrow('StringLookup runs on the host and takes no tensors.')
  })
})
