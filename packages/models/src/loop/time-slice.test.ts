import { afterEach, expect, it, vi } from 'vitest'
import { Pace } from './pace.ts'

afterEach(() => vi.unstubAllGlobals())

it('is due when the slice is used up, and has a new one after a rest', async () => {
  const pace = new Pace(20)
  expect(pace.due).toBe(false)
  expect(pace.left).toBeGreaterThan(0)
  while (!pace.due);
  expect(pace.left).toBe(0)
  await pace.rest()
  expect(pace.left).toBeGreaterThan(10)
})

it.each([
  ['with message channels', undefined],
  ['without', () => vi.stubGlobal('MessageChannel', undefined)],
])('lets timers run, %s', async (_, prepare) => {
  prepare?.()
  const pace = new Pace(0)
  let ran = false
  setTimeout(() => {
    ran = true
  }, 2)
  for (let i = 0; i < 10_000 && !ran; i++) await pace.rest()
  expect(ran).toBe(true)
})
