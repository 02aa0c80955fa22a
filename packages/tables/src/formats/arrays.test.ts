import { describe, expect, it } from 'vitest'
import recorded from './recorded/files.json' with { type: 'json' }
import { readTable } from './testing/read.ts'

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const npy = async (name: keyof typeof recorded.npy) => {
  const { columns, rows } = await readTable(bytes(recorded.npy[name]))
  return [columns, ...rows]
}
const npz = (name: keyof typeof recorded.npz, options = {}) => readTable(bytes(recorded.npz[name]), options)

describe('.npy', () => {
  it('has numbers of every type', async () => {
    expect(await npy('f8')).toEqual([
      ['c0', 'c1'],
      [0, 0.5],
      [1, 1.5],
      [2, 2.5],
    ])
    expect(await npy('f4')).toEqual([['value'], [0.5], [1.25]])
    expect(await npy('f2')).toEqual([['value'], [0.5], [1.25]])
    expect(await npy('i1')).toEqual([['value'], [-1], [2]])
    expect(await npy('u2')).toEqual([['value'], [1], [65535]])
    expect(await npy('big')).toEqual([['value'], [1], [258]])
    expect(await npy('i8')).toEqual([['value'], [-1], [2n ** 53n + 1n]])
    expect(await npy('u8')).toEqual([['value'], [1], [2n ** 63n]])
  })

  it('has booleans, texts, dates and objects', async () => {
    expect(await npy('bool')).toEqual([['value'], [true], [false]])
    expect(await npy('U')).toEqual([['value'], ['Røma'], ['日本'], ['']])
    expect(await npy('S')).toEqual([['value'], ['ab'], ['c']])
    expect(await npy('days')).toEqual([['value'], [new Date('2020-01-02')], [undefined]])
    expect(await npy('nanoseconds')).toEqual([['value'], [new Date('2020-01-02T03:04:05Z')]])
    expect(await npy('objects')).toEqual([['value'], ['a'], ['bb']])
  })

  it('may be in the order of Fortran, and have more dimensions', async () => {
    expect(await npy('fortran')).toEqual([
      ['c0', 'c1', 'c2'],
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(await npy('fortranTexts')).toEqual([
      ['c0', 'c1'],
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ])
    expect(await npy('cube')).toEqual([
      ['array'],
      [{ data: Uint8Array.of(0, 1, 2, 3), shape: [2, 2] }],
      [{ data: Uint8Array.of(4, 5, 6, 7), shape: [2, 2] }],
    ])
  })

  it('refuses complex and structured values, and files that are cut off', async () => {
    await expect(npy('complex')).rejects.toThrow(
      'values of the dtype "<c16", which is no cell. Save the real and the imaginary part',
    )
    await expect(npy('structured')).rejects.toThrow(
      "a structured array with the fields 'a', 'b'. Save each field by itself",
    )
    await expect(readTable(bytes(recorded.npy.f8).subarray(0, 170), { name: 'x.npy' })).rejects.toThrow(
      'x.npy has 42 bytes for the shape [3,2], which takes 48. It is incomplete.',
    )
  })
})

describe('.npz', () => {
  it('joins arrays with equal numbers of rows', async () => {
    const { columns, rows } = await npz('xy')
    expect([columns, ...rows]).toEqual([
      ['c0', 'c1', 'y'],
      [0, 1, 0],
      [2, 3, 1],
      [4, 5, 0],
    ])
    expect((await npz('xy', { within: 'y' })).columns).toEqual(['y'])
  })

  it('has parts for training and testing', async () => {
    const train = await npz('parts')
    expect([train.columns, train.rows.length]).toEqual([['x', 'y'], 3])
    expect(train.notes).toEqual([
      "The rows are those of 'x_train' and 'y_train'. The file has 'test' too: set 'within'.",
    ])
    const test = await npz('parts', { within: 'test' })
    expect(test.rows).toEqual([
      [{ data: Uint8Array.of(1, 1, 1, 1), shape: [2, 2] }, 0],
      [{ data: Uint8Array.of(1, 1, 1, 1), shape: [2, 2] }, 1],
    ])
  })

  it('says what it has where arrays do not fit together', async () => {
    await expect(npz('uneven')).rejects.toThrow(
      "arrays with different numbers of rows: a [3], b [4]. Say which one is read with within: 'a'.",
    )
    await expect(npz('uneven', { within: 'c' })).rejects.toThrow("has no array 'c'.")
    expect((await npz('uneven', { within: 'b' })).rows).toHaveLength(4)
  })
})

describe('IDX', () => {
  it('has values of every type', async () => {
    const floats = Uint8Array.of(0, 0, 13, 2, 0, 0, 0, 1, 0, 0, 0, 2, 63, 128, 0, 0, 191, 0, 0, 0)
    const { columns, rows } = await readTable(floats)
    expect([columns, rows]).toEqual([['c0', 'c1'], [[1, -0.5]]])
    await expect(readTable(floats.subarray(0, 18))).rejects.toThrow('has 6 bytes for the shape [1,2], which takes 8')
  })
})
