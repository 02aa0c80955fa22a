import { afterEach, expect, it, vi } from 'vitest'
import { TimeSlice } from './time-slice.ts'

afterEach(() => vi.unstubAllGlobals())

it('is over when its time is used up, and starts again after yield', async () => {
  const slice = new TimeSlice(20)
  expect(slice.over).toBe(false)
  expect(slice.left).toBeGreaterThan(0)
  while (!slice.over);
  expect(slice.left).toBe(0)
  await slice.yield()
  expect(slice.left).toBeGreaterThan(10)
})

it.each([
  ['with message channels', undefined],
  ['without', () => vi.stubGlobal('MessageChannel', undefined)],
])('lets timers run, %s', async (_, prepare) => {
  prepare?.()
  const slice = new TimeSlice(0)
  let ran = false
  setTimeout(() => {
    ran = true
  }, 2)
  for (let i = 0; i < 10_000 && !ran; i++) await slice.yield()
  expect(ran).toBe(true)
})
