import { beforeEach, describe, expect, it, vi } from 'vitest'

// Each case imports the packages again, as a new program does.
beforeEach(() => void vi.resetModules())

describe('a program that chooses no backend', () => {
  type Gradus = typeof import('./index.ts')
  const firsts: Record<string, (gradus: Gradus) => unknown> = {
    tensor: ({ tensor }) => tensor([1, 2]).array(),
    zeros: ({ zeros }) => zeros([2]).array(),
    'a function of tensors': ({ ops, tensor }) => ops.add(tensor([1, 2]), 1).array(),
    'a function of numbers': ({ ops }) => ops.add(1, 2).item(),
    'ops.arange': ({ ops }) => ops.arange(3).array(),
    Rng: ({ Rng, ops }) => ops.randomUniform(new Rng(1).next(), [2]).shape,
    'a layer': ({ Dense, ones }) => new Dense({ units: 1, kernelInitializer: 'ones' }).call(ones([1, 2])).array(),
    compile: ({ compile, ones }) => compile(() => ones([2]))().array(),
    grad: ({ grad, ops, tensor }) => grad((x) => ops.square(x))(tensor(3)).item(),
    currentBackend: ({ currentBackend }) => currentBackend().name,
  }
  it.each(Object.keys(firsts))('%s takes the default', async (name) => {
    const gradus = await import('./index.ts')
    expect(gradus.hasBackend()).toBe(false)
    expect(firsts[name]!(gradus)).toBeDefined()
    expect(gradus.hasBackend()).toBe(true)
    expect(gradus.currentBackend().name).toBe(gradus.auto().name)
  })

  it('can import the entry of functions only', async () => {
    const { add } = await import('./ops.ts')
    expect(add(1, 2).item()).toBe(3)
  })

  it('keeps a backend that was chosen', async () => {
    const { cpu, currentBackend, tensor, useBackend } = await import('./index.ts')
    void useBackend(cpu())
    tensor([1])
    expect(currentBackend().name).toBe('cpu')
  })

  it('is told what to do by the packages alone', async () => {
    const { BackendError, tensor } = await import('@gradus/tensor')
    expect(() => tensor([1])).toThrow(BackendError)
    expect(() => tensor([1])).toThrow(
      "No backend was chosen. Call `await useBackend(cpu())` first, with `cpu` from '@gradus/backend-cpu' (or another backend).",
    )
  })
})
