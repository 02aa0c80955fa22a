import { existsSync } from 'node:fs'
import { FormatError, numpyOrders } from '@gradus/core'
import { expect, it } from 'vitest'
import recorded from '../recorded/numpy.json' with { type: 'json' }
import { readIdx } from './idx.ts'
import { readNpy } from './npy.ts'
import { readPickle } from './pickle.ts'

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

it('orders are those of NumPy, and go on', () => {
  for (const [seed, orders] of Object.entries(recorded.orders)) {
    const next = numpyOrders(Number(seed))
    expect(orders.map((order) => [...next(order.length)])).toEqual(orders)
  }
})

it('pickled lists are read in every protocol', () => {
  for (const pickle of Object.values(recorded.pickles)) {
    expect(readPickle(bytes(pickle), 'x')).toEqual({ kind: 'array', shape: [3], values: [[1, 300, 70000], [], [5]] })
  }
})

it('arrays of NumPy', () => {
  const read = (name: keyof typeof recorded.npy) => readNpy(bytes(recorded.npy[name]), name)
  expect(read('float64')).toEqual({ shape: [2, 2], data: Float64Array.of(1.5, -2, 3, 4e300) })
  expect(read('int64').data).toEqual(Float64Array.of(1, -2, 2 ** 40))
  expect(read('big').data).toEqual(Int16Array.of(1, 258))
  expect(read('fortran')).toEqual({ shape: [2, 3], data: Uint8Array.of(0, 1, 2, 3, 4, 5) })
  expect(read('object').values).toEqual([[1, 300, 70000], [], [5]])
  expect(read('bool').data).toEqual(Uint8Array.of(1, 0))
})

it('a pickle that calls a function is refused, and nothing runs', () => {
  expect(() => readPickle(bytes(recorded.evil), 'evil.npy')).toThrow(
    'evil.npy has a pickle that is refused at byte 16: it names "posix.system", which is not an array of NumPy. Nothing of it was run.',
  )
  expect(existsSync('/tmp/gradus-evil')).toBe(false)
})

it('lists that hold one list many times are not copied', () => {
  // each of 8 levels holds the level below 200 times
  let text = '\x80\x02]q\x00K\x01a'
  for (let level = 1; level < 8; level++) {
    text += `]q${String.fromCharCode(level)}(${`h${String.fromCharCode(level - 1)}`.repeat(200)}e`
  }
  const pickle = Uint8Array.from(`${text}.`, (c) => c.charCodeAt(0))
  const start = performance.now()
  expect(readPickle(pickle, 'x')).toHaveLength(200)
  expect(performance.now() - start).toBeLessThan(2000)
})

it('every damaged byte is a FormatError or another value', () => {
  const sources = [recorded.pickles['2'], recorded.npy.object, recorded.npy.float64, recorded.cifar]
  for (const source of sources) {
    const whole = bytes(source)
    const step = Math.ceil(whole.length / 300)
    for (let at = 0; at < whole.length; at += step) {
      for (const value of [0, 255, whole[at]! ^ 1, 0x28, 0x65]) {
        const damaged = whole.slice()
        damaged[at] = value
        for (const read of [readPickle, readNpy]) {
          for (const given of [damaged, whole.subarray(0, at)]) {
            try {
              read(given, 'x')
            } catch (error) {
              expect(error).toBeInstanceOf(FormatError)
            }
          }
        }
      }
    }
  }
})

it('IDX files', () => {
  const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9)
  expect(readIdx(file, 'a')).toEqual({ data: Uint8Array.of(7, 8, 9), shape: [1, 3] })
  expect(() => readIdx(file.subarray(0, 13), 'a')).toThrow('a has 1 values for the shape [1,3], which holds 3')
  expect(() => readIdx(Uint8Array.of(31, 139, 8, 0), 'a')).toThrow('is not an IDX file of bytes')
})
