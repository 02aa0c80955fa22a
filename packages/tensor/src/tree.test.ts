import { describe, expect, it } from 'vitest'
import { Tensor } from './tensor.ts'
import { treeForEach, treeLeaves, treeMap, treeReplace } from './tree.ts'

const t = (...shape: number[]) => new Tensor({ shape, dtype: 'float32' })

class Opaque {
  readonly inside = t()
}

function sample() {
  const [a, b, c] = [t(1), t(2), t(3)]
  const opaque = new Opaque()
  return { leaves: [a, b, c], opaque, tree: { z: a, list: [b, 'text', null, [c]], a: undefined, n: 7, opaque } }
}

describe('trees', () => {
  it('have leaves in the order of insertion and index, with paths', () => {
    const { tree, leaves } = sample()
    expect(treeLeaves(tree)).toEqual(leaves)
    expect(treeLeaves(leaves[0])).toEqual([leaves[0]])
    expect(treeLeaves(undefined)).toEqual([])
    const paths: string[] = []
    treeForEach(tree, (_, path) => paths.push(path))
    expect(paths).toEqual(['z', 'list.0', 'list.3.0'])
  })

  it('are mapped leaf by leaf; leaves that are not tensors stay', () => {
    const { tree, opaque } = sample()
    const sizes = treeMap((leaf, other) => leaf.size * 10 + other!.size, tree, tree)
    expect(sizes).toEqual({ z: 11, list: [22, 'text', null, [33]], a: undefined, n: 7, opaque })
  })

  it('have their leaves replaced in order', () => {
    const { tree, opaque } = sample()
    const fresh = [t(4), t(5), t(6)]
    const replaced = treeReplace(tree, fresh)
    expect(replaced).toEqual({ z: fresh[0], list: [fresh[1], 'text', null, [fresh[2]]], a: undefined, n: 7, opaque })
    expect(replaced.opaque).toBe(opaque)
    expect(Object.keys(replaced)).toEqual(Object.keys(tree))
    expect(tree.z).not.toBe(fresh[0])
  })

  it('may have keys that every object has', () => {
    const tree = JSON.parse('{"__proto__":{"x":1},"constructor":{}}') as Record<string, unknown>
    Object.defineProperty(tree, '__proto__', {
      value: { x: t(1) },
      enumerable: true,
      configurable: true,
      writable: true,
    })
    Object.assign(tree, { constructor: t(2) })
    const fresh = [t(3), t(4)]
    for (const made of [treeReplace(tree, fresh), treeMap((leaf) => fresh[leaf.size - 1]!, tree)]) {
      expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
      expect(treeLeaves(made)).toEqual(fresh)
    }
  })

  it('must have the same form to be mapped together', () => {
    expect(() => treeMap((a) => a, { a: t(), b: { c: t() } }, { a: t(), b: {} })).toThrow(
      "The trees differ: 'c' is missing in one of them.",
    )
  })
})
