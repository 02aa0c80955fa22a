import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { currentBackend, useBackend } from './backend.ts'

describe('useBackend', () => {
  it('takes a backend, or a promise of one', async () => {
    const backend = cpu()
    await useBackend(backend)
    expect(currentBackend()).toBe(backend)
    const other = cpu()
    await useBackend(Promise.resolve(other))
    expect(currentBackend()).toBe(other)
  })

  it('refuses names and functions', () => {
    const use = (value: unknown) => () => useBackend(value as never)
    expect(use('cpu')).toThrow('useBackend takes a backend, as in useBackend(cpu()), and was given "cpu".')
    expect(use(cpu)).toThrow('useBackend takes a backend, as in useBackend(cpu()), and was given a function; call it.')
    expect(use(undefined)).toThrow('and was given undefined.')
  })
})
