import { expect, it } from 'vitest'
import { chainsOf } from './chains.ts'
import type { Launch } from './launches.ts'

function launch(groups: number, operations = 1, code: Partial<Launch['code']> = {}): Launch {
  return {
    code: { groups, workgroupSize: 256, workgroupBytes: 0, body: '', ...code } as Launch['code'],
    args: [],
    label: '',
    operations,
  }
}

const lengths = (batches: readonly (readonly Launch[])[]) => chainsOf(batches).map((chain) => chain.length)

it('consecutive small batches are one chain', () => {
  expect(lengths([[launch(1)], [launch(2), launch(3)], [launch(1)]])).toEqual([3])
})

it('batches of many workgroups or of much work are dispatched normally', () => {
  const [few, many, long] = [[launch(1)], [launch(5), launch(5)], [launch(1, 2 ** 20)]]
  expect(lengths([few, few, many, few, long, few, few])).toEqual([2, 1, 1, 1, 2])
})

it('a chain has one workgroup size, and limited parts, code and bytes', () => {
  const small = [launch(1)]
  expect(lengths([small, [launch(1, 1, { workgroupSize: 64 })], small])).toEqual([1, 1, 1])
  expect(lengths(Array.from({ length: 70 }, () => small))).toEqual([64, 6])
  const large = [launch(1, 1, { workgroupBytes: 10_000 })]
  expect(lengths([large, small, large])).toEqual([2, 1])
  const long = [launch(1, 1, { body: ' '.repeat(100_000) })]
  expect(lengths([long, small, long, small])).toEqual([2, 2])
})
