// The table of dtypes in docs/dtypes.md, on every backend, eager and compiled.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../tests/backends.ts'
import { compile, type DType, type Tensor, tensor, useBackend } from './index.ts'
import { add, div, equal, floorDivide, less, maximum, minimum, mod, mul, remainder, sub } from './ops.ts'

type Two = (a: Tensor, b: Tensor | number) => Tensor

const columns: readonly (readonly Two[])[] = [
  [add, sub, mul, maximum, minimum],
  [div],
  [floorDivide, mod, remainder],
  [equal, less],
]

const page = readFileSync(new URL('../../../docs/dtypes.md', import.meta.url), 'utf8')
const table = page.slice(page.indexOf('<!-- promotion -->'), page.indexOf('<!-- /promotion -->'))
const rows = table
  .split('\n')
  .filter((line) => line.startsWith('| `') && line.includes('`, '))
  .map((line) => line.split('|').slice(1, -1))
  .map(([operands, ...results]) => ({
    operands: operands!.replaceAll('`', '').trim().split(', ') as [DType, string],
    results: results.map((cell) => cell.replaceAll('`', '').trim()),
  }))

for (const { name, backend } of await startAll()) {
  describe.runIf(backend)(`dtypes on ${name}`, () => {
    it.each(rows)('$operands', async ({ operands: [first, second], results }) => {
      await useBackend(backend!)
      if (name === 'webgpu' && `${first}${second}`.includes('float64')) return
      const of = (dtype: DType) => tensor(dtype === 'bool' ? [true] : [6], { dtype })
      const a = of(first)
      const b = Number.isNaN(Number(second)) ? of(second as DType) : Number(second)
      columns.forEach((functions, column) => {
        for (const run of functions) {
          for (const call of [run, compile((x: Tensor, y: Tensor | number) => run(x, y))]) {
            if (results[column] === 'refused') expect(() => call(a, b)).toThrow(/dtype|numeric/)
            else expect(call(a, b).dtype).toBe(results[column])
          }
        }
      })
    })
  })
}

it('the table is read', () => {
  expect(rows.length).toBe(13)
})

it('a message about two dtypes advises the cast that keeps the values', () => {
  const int = tensor([1], { dtype: 'int32' })
  expect(() => add(int, tensor([0.5]))).toThrow(
    "the operands have dtypes int32 and float32. Dtypes are not promoted silently; use cast(x, 'float32').",
  )
  expect(() => add(tensor([0.5]), int)).toThrow("use cast(x, 'float32')")
  expect(() => mul(tensor([1], { dtype: 'uint32' }), int)).toThrow("use cast(x, 'int32')")
  expect(() => mul(tensor([1], { dtype: 'float64' }), tensor([1]))).toThrow("use cast(x, 'float64')")
  expect(() => div(int, tensor([0.5]))).toThrow("use cast(x, 'float32')")
})
