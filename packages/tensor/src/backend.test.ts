import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { currentBackend, onBackend, useBackend } from './backend.ts'

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

describe('onBackend', () => {
  it('restores the backend after the body, also when that throws', async () => {
    const [first, second] = [cpu(), cpu()]
    await useBackend(first)
    expect(onBackend(second, currentBackend)).toBe(second)
    const fail = () => {
      throw new Error('no')
    }
    expect(() => onBackend(second, fail)).toThrow('no')
    expect(currentBackend()).toBe(first)
  })

  it('keeps a choice that its body makes', async () => {
    const [first, second, third] = [cpu(), cpu(), cpu()]
    await useBackend(first)
    onBackend(first, () => {
      onBackend(second, () => {
        void useBackend(third)
        expect(currentBackend()).toBe(third)
      })
      expect(currentBackend()).toBe(first)
    })
    expect(currentBackend()).toBe(third)
  })
})
