import { cpu } from '@gradus/backend-cpu'
import { input, Registry } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { TextVectorization, type TextVectorizationConfig } from './text-vectorization.ts'

await useBackend(cpu())

const texts = ['Foo bar!', 'foo qux  FOO', 'ÄX']
const made = async (config: TextVectorizationConfig, data: string[] = texts) => {
  const layer = new TextVectorization(config)
  await layer.adapt(data)
  return layer
}

describe('TextVectorization', () => {
  it('standardizes letters and punctuation of ASCII', async () => {
    expect((await made({})).getVocabulary()).toEqual(['', '[UNK]', 'foo', 'Äx', 'qux', 'bar'])
    expect((await made({ standardize: 'lower' })).getVocabulary()).toContain('bar!')
    expect((await made({ standardize: 'stripPunctuation' })).getVocabulary()).toContain('FOO')
    expect((await made({ standardize: null })).getVocabulary()).toContain('bar!')
    const reversed = (text: string) => [...text].reverse().join('')
    expect((await made({ standardize: reversed })).getVocabulary()).toContain('oof')
  })

  it('splits at spaces, into characters, by a function, or not at all', async () => {
    expect((await made({ split: 'character' }, ['aab'])).getVocabulary()).toEqual(['', '[UNK]', 'a', 'b'])
    const layer = await made({ split: (text) => text.split('o') }, ['foo'])
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(['f'])
    const whole = await made({ split: null }, ['a b', 'c'])
    expect(whole.call(['a b', 'x']).array()).toEqual([3, 1])
  })

  it('learns from a list of strings as documents of one token, without splitting', async () => {
    const layer = await made({ split: null, ngrams: 2, outputMode: 'tfIdf' }, ['a', 'b', 'a'])
    expect(layer.getVocabulary()).toEqual(['[UNK]', 'a', 'b'])
    const [[, ofA]] = layer.call([['a']]).array() as number[][] as [[number, number]]
    // two of three documents have the token
    expect(ofA).toBeCloseTo(Math.log(1 + 3 / (1 + 2)), 6)
  })

  it('fills and cuts', async () => {
    const layer = await made({ outputSequenceLength: 2 })
    expect(layer.call(['foo', 'foo bar qux']).array()).toEqual([
      [2, 0],
      [2, 5],
    ])
    const open = await made({})
    expect(open.call([['foo'], ['foo bar qux']]).array()).toEqual([
      [2, 0, 0],
      [2, 5, 4],
    ])
    expect(open.call(['']).shape).toEqual([1, 0])
  })

  it('makes n-grams and vectors', async () => {
    const layer = await made({ ngrams: 2, outputMode: 'count' }, ['a b a b'])
    expect(layer.getVocabulary()).toEqual(['[UNK]', 'b', 'a b', 'a', 'b a'])
    expect(layer.call(['a b z']).array()).toEqual([[2, 1, 1, 1, 0]])
    const pairs = await made({ ngrams: [2] }, ['a b a b'])
    expect(pairs.getVocabulary({ includeSpecialTokens: false })).toEqual(['a b', 'b a'])
    const padded = await made({ maxTokens: 6, padToMaxTokens: true, outputMode: 'multiHot' }, ['a'])
    expect(padded.call(['a a']).array()).toEqual([[0, 1, 0, 0, 0, 0]])
    const weighted = await made({ outputMode: 'tfIdf' }, ['a a', 'a b'])
    const [a, b] = [Math.log(1 + 2 / 3), Math.log(1 + 2 / 2)]
    expect(weighted.call(['a a b']).array()).toEqual([[0, expect.closeTo(2 * a, 6), expect.closeTo(b, 6)]])
  })

  it('is saved with its vocabulary', async () => {
    const layer = await made({ outputMode: 'tfIdf', outputSequenceLength: undefined as never })
    const spec = JSON.parse(JSON.stringify(layer.toSpec())) as object
    const again = new Registry([TextVectorization]).parse('layer', spec) as TextVectorization
    expect(again.getVocabulary()).toEqual(layer.getVocabulary())
    expect(again.process(texts)).toEqual(layer.process(texts))
  })

  it('has an unknown number of tokens in a model unless it is fixed', async () => {
    const x = input({ shape: [1], dtype: 'string' })
    expect((await made({})).call(x).shape).toEqual([null, null])
    expect((await made({ outputSequenceLength: 7 })).call(x).shape).toEqual([null, 7])
    expect((await made({ outputMode: 'multiHot' })).call(x).shape).toEqual([null, 5])
  })

  it('refuses what it cannot take', async () => {
    expect(() => new TextVectorization({ ragged: true })).toThrow('there are no ragged tensors')
    expect(() => new TextVectorization({ sparse: true })).toThrow('there are no sparse tensors')
    expect(() => new TextVectorization({ outputMode: 'count', outputSequenceLength: 3 })).toThrow(
      "'outputSequenceLength' is for outputMode 'int', and outputMode is 'count'",
    )
    expect(() => new TextVectorization().process(['a'])).toThrow('TextVectorization has no vocabulary yet')
    expect(() => new TextVectorization({ name: 'words' }).process(['a'])).toThrow(
      "TextVectorization 'words' has no vocabulary yet",
    )
    const layer = await made({})
    expect(() => layer.process([1])).toThrow('takes strings, and was given numbers, such as 1')
    expect(() => layer.process([['a', 'b']])).toThrow('splits strings of shape [batch] or [batch, 1] and got [1, 2]')
  })
})
