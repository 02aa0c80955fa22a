import { describe, expect, it } from 'vitest'
import { Heap } from './heap.ts'
import { ProgramMemory } from './program-memory.ts'

function memoryOf(bytes: number) {
  return {
    byteLength: bytes,
    grow(more: number): boolean {
      this.byteLength += more
      return true
    },
  }
}

describe('a memory that becomes smaller', () => {
  it('allocates no block beyond its end, and ignores blocks freed there', () => {
    const memory = memoryOf(8192)
    const heap = new Heap(memory, 'test')
    const kept = heap.allocate(1024)
    const [beyond, free] = [heap.allocate(16384), heap.allocate(1024)]
    heap.release(free, 1024)
    memory.byteLength = 8192
    heap.shrink()
    heap.release(beyond, 16384)
    heap.release(kept, 1024)
    memory.grow = () => false
    const end = memory.byteLength - 1024
    const places = [heap.allocate(2048), heap.allocate(2048)]
    for (const place of places) expect(place + 2048).toBeLessThanOrEqual(end)
    expect(() => heap.allocate(2048)).toThrow('out of memory')
  })

  it('loses the regions there', () => {
    const memory = memoryOf(8192)
    const heap = new Heap(memory, 'test')
    const programs = new ProgramMemory<'small' | 'large'>(heap)
    programs.reserve('small', 64)
    programs.reserve('large', 32768)
    const version = programs.version
    programs.forgetBeyond(8192)
    expect(programs.address('small')).toBeGreaterThan(0)
    expect(programs.address('large')).toBe(0)
    expect(programs.version).toBe(version + 1)
  })
})
