import { BackendError } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { UnusedTensors } from './unused-tensors.ts'

const mebibyte = 2 ** 20
const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5))

function allocate(unused: UnusedTensors, megabytes: number): void {
  for (let done = 0; done < megabytes; done += 16) unused.allocate(16 * mebibyte)
}

it('more than half of the memory in one turn of the event loop is an error that shows what to do', async () => {
  const unused = new UnusedTensors('test', 4096 * mebibyte)
  allocate(unused, 2000)
  const more = () => allocate(unused, 200)
  expect(more).toThrow(BackendError)
  expect(more).toThrow(/test backend.*ends at 4096 MiB.*`const f = compile\(.*`const next = tidy\(.*setTimeout/)
  await nextTurn()
  expect(more).not.toThrow()
})

it('memory that is freed does not count, and neither does that of earlier turns', async () => {
  const unused = new UnusedTensors('test', 1024 * mebibyte)
  for (let round = 0; round < 10; round++) {
    allocate(unused, 400)
    unused.free(400 * mebibyte)
  }
  for (let round = 0; round < 10; round++) {
    allocate(unused, 256)
    await nextTurn()
  }
  expect(unused.pending).toBe(false)
})

it('a program that waits has pending work until it yields', async () => {
  const unused = new UnusedTensors('test', 1024 * mebibyte)
  expect(unused.pending).toBe(false)
  allocate(unused, 200)
  await Promise.resolve()
  expect(unused.pending).toBe(true)
  await nextTurn()
  expect(unused.pending).toBe(false)
})
