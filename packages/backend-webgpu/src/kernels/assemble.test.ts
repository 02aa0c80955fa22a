import { expect, it } from 'vitest'
import { assemble } from './assemble.ts'
import type { ShaderCode } from './kernel-code.ts'

function part(changes: Partial<ShaderCode>): ShaderCode {
  return {
    body: '',
    declarations: '',
    workgroupSize: 64,
    workgroupBytes: 0,
    writesPartialWords: false,
    slots: [0],
    written: new Set(),
    groups: 1,
    count: 1,
    ...changes,
  }
}

it('each part has its own workgroups and addresses', () => {
  const text = assemble([
    [
      part({ body: 'heap[<0> + lane] = 1u;', groups: 3 }),
      part({ body: 'heap[<0>] = heap[<1>];', slots: [0, 1], groups: 2 }),
    ],
  ])
  expect(text).toContain('fn part0(row: u32, lane: u32) {\nheap[table[1].x + lane] = 1u;\n}')
  expect(text).toContain('heap[table[1].y] = heap[table[1].z];')
  expect(text).toContain('if (row < 3u) { part0(row, lane); } else if (row < 5u) { part1(row - 3u, lane); }')
  expect(text).toContain('table: array<vec4<u32>, 2>')
})

it('parts that differ only in values and sizes share one function', () => {
  const body = 'if (lane >= COUNT) { return; } heap[<0>] = heap[<1>];'
  const parts = [3, 4].map((count) => part({ body, slots: [0, 1], count }))
  const text = assemble([[...parts, part({ body: 'heap[<0>] = COUNT;', count: 7 })]])
  expect(text.match(/fn alike\d/g)).toHaveLength(1)
  expect(text).toContain('heap[addressAt(slots + 0u)] = heap[addressAt(slots + 1u)];')
  expect(text).toContain('alike0(row, lane, 4u, 3u)')
  expect(text).toContain('alike0(row - 1u, lane, 6u, 4u)')
  expect(text).toContain('heap[table[2].x] = 7u;')
})

it('parts have separate workgroup variables', () => {
  const one = part({ declarations: 'var<workgroup> xPART: u32;', body: 'xPART = 1u;' })
  const text = assemble([[one, one]])
  expect(text).toContain('var<workgroup> x0: u32;')
  expect(text).toContain('var<workgroup> x1: u32;')
  expect(text).toContain('x1 = 1u;')
})

it('phases run in turn in one workgroup, with barriers between them', () => {
  const [first, second] = [part({ body: 'heap[<0>] = 1u;', groups: 2 }), part({ body: 'heap[<0>] = 2u;' })]
  const text = assemble([[first], [second]])
  expect(text).toContain(
    'for (var row = 0u; row < 2u; row++) {\nif (row < 2u) { part0(row, lane); }\nworkgroupBarrier();\n}\n' +
      'storageBarrier();\nworkgroupBarrier();\n' +
      '{\nlet row = 0u;\nif (row < 1u) { part1(row, lane); }\n}',
  )
})
