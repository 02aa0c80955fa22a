import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as gradus from './index.ts'

/** Runs the first example of README.md with the sources of the packages, and returns its `history`. */
async function runProgram(code: string): Promise<Record<string, number[]>> {
  const body = code.replace(/^import (\{.*\}) from 'gradus'$/m, 'const $1 = gradus')
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (parts: typeof gradus) => Promise<never>
  return new AsyncFunction('gradus', `${body}\nreturn history`)(gradus)
}

it("the program in README.md has 15 lines and learns what the article's network learns", async () => {
  const page = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const code = /^```ts runnable\n(.*?)^```/ms.exec(page)![1]!
  const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.includes('// =>'))
  expect(lines).toHaveLength(15)
  const { loss, accuracy } = await runProgram(code)
  expect(loss).toHaveLength(20)
  expect(loss![0]).toBeGreaterThan(0.6)
  expect(loss![0]).toBeLessThan(0.75)
  expect(loss![19]).toBeGreaterThan(0.27)
  expect(loss![19]).toBeLessThan(0.33)
  expect(accuracy![19]).toBeGreaterThan(0.91)
  expect(accuracy![19]).toBeLessThan(0.94)
})
