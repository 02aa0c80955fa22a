import { expect, it } from 'vitest'
import { Stride } from './stride.ts'

it('begins with one step and tries a few times as many each time', () => {
  const stride = new Stride()
  const tried: number[] = []
  for (let i = 0; i < 6; i++) {
    const steps = stride.fill(25)
    tried.push(steps)
    stride.took(steps * 0.005, steps)
  }
  expect(tried).toEqual([1, 8, 64, 512, 4096, 5000])
})

it('fills what is left of a slice, with one step at least', () => {
  const stride = new Stride()
  for (const steps of [1, 8, 64]) stride.took(steps, steps)
  expect(stride.fill(25)).toBe(25)
  expect(stride.fill(3.5)).toBe(3)
  expect(stride.fill(0.2)).toBe(1)
  expect(stride.fill(0)).toBe(1)
})

it('follows steps that become slower', () => {
  const stride = new Stride()
  for (const steps of [1, 8, 64]) stride.took(steps * 0.1, steps)
  expect(stride.fill(25)).toBe(250)
  for (let i = 0; i < 8; i++) stride.took(250, 250)
  expect(stride.fill(25)).toBeLessThanOrEqual(26)
})

it('copes with a clock that stands still', () => {
  const stride = new Stride()
  stride.took(0, 1)
  expect(stride.fill(25)).toBe(8)
  for (let i = 0; i < 20; i++) stride.took(0, stride.fill(25))
  expect(Number.isSafeInteger(stride.fill(25))).toBe(true)
})
