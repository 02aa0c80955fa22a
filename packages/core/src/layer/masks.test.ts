import { cpu } from '@gradus/backend-cpu'
import { add, concat, gather, max, mul, type Tensor, type Tree, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { Scope } from './base-layer.ts'
import { Layer } from './layer.ts'
import { type Masks, maskOf, setMask, withMask } from './masks.ts'
import { statelessCall } from './stateless.ts'

await useBackend(cpu())

const nothing = { params: {}, state: {} }
const x = tensor([[[1], [2], [0], [3]]])
const m = tensor([[true, true, false, true]])

/** Gives its output a mask: the steps that are not 0. */
class Masking extends Layer {
  apply(value: Tensor): Tensor {
    return value
  }
  override get supportsMasking() {
    return true
  }
  override computeMask(): Masks {
    return m
  }
}

class Passing extends Layer {
  override get supportsMasking() {
    return true
  }
  apply(value: Tensor): Tensor {
    return mul(value, 2)
  }
}

class Ending extends Layer {
  apply(value: Tensor): Tensor {
    return mul(value, 2)
  }
}

/** Returns its input as it is. */
class Nothing extends Layer {
  apply(value: Tensor): Tensor {
    return value
  }
}

/** Records the mask of its input. */
class Watching extends Layer {
  found: Masks = undefined
  override get supportsMasking() {
    return true
  }
  apply(inputs: Tree, scope: Scope<this>): Tree {
    this.found = scope.mask
    return inputs
  }
}

/** Calls layers one after the other. */
class Chain extends Layer<{ readonly parts: readonly Layer[] }> {
  apply(value: Tensor, scope: Scope<this>): Tensor {
    return this.config.parts.reduce((y, part) => scope.call(part, y), value)
  }
}

const chain = (...parts: Layer[]) => statelessCall(new Chain({ parts }), nothing, x).outputs as Tensor

describe('a mask', () => {
  it('is passed on by layers that support masks', () => {
    const watching = new Watching()
    const output = chain(new Masking(), new Passing(), new Passing(), watching)
    expect((watching.found as Tensor).array()).toEqual([[true, true, false, true]])
    expect(maskOf(output)).toBe(watching.found)
  })

  it('ends at a layer that does not support masks, even if it returns its input', () => {
    for (const ending of [new Ending(), new Nothing()]) {
      const watching = new Watching()
      const output = chain(new Masking(), ending, watching)
      expect(watching.found, ending.type).toBeUndefined()
      expect(maskOf(output)).toBeUndefined()
    }
  })

  it('of a sublayer output is that of the outer layer output', () => {
    const outer = new Chain({ parts: [new Chain({ parts: [new Masking(), new Passing()] })] })
    expect(maskOf(statelessCall(outer, nothing, x).outputs as Tensor)).toBe(m)
  })

  it('of a sublayer has precedence over that of the outer layer', () => {
    const inner = tensor([[true, false, false, false]])
    class Outer extends Passing {
      readonly masking = new Masking()
      override apply(value: Tensor, scope?: Scope<this>): Tensor {
        return scope!.call(this.masking, mul(value, 2), { mask: inner })
      }
    }
    const output = statelessCall(new Outer(), nothing, x, { mask: inner }).outputs as Tensor
    expect(maskOf(output)).toBe(m)
  })

  it('belongs to one output; the others have none or another one', () => {
    class Pooled extends Layer {
      override get supportsMasking() {
        return true
      }
      apply(value: Tensor): Tree {
        return [mul(value, 2), { pooled: max(value, { axis: 1 }) }]
      }
    }
    const pooled = new Pooled()
    const [sequence, { pooled: top }] = statelessCall(pooled, nothing, x, { mask: m }).outputs as [
      Tensor,
      { pooled: Tensor },
    ]
    expect(maskOf(sequence)).toBe(m)
    // a mask of [1, 4] would not fit [1, 1]
    expect(maskOf(top)).toBeUndefined()

    const other = tensor([[false]])
    class Both extends Pooled {
      override computeMask(_: Tree, mask: Masks): Masks {
        return [mask as Tensor, other]
      }
    }
    const outputs = statelessCall(new Both(), nothing, x, { mask: m }).outputs as [Tensor, { pooled: Tensor }]
    expect([maskOf(outputs[0]), maskOf(outputs[1].pooled)]).toEqual([m, other])

    class Second extends Pooled {
      override computeMask(_: Tree, mask: Masks): Masks {
        return { none: undefined, pooled: mask }
      }
    }
    const [first, second] = statelessCall(new Second(), nothing, x, { mask: other }).outputs as typeof outputs
    expect([maskOf(first), maskOf(second.pooled)]).toEqual([undefined, other])
  })

  it('is given for each of several inputs, in their structure', () => {
    const watching = new Watching()
    class Branches extends Layer {
      readonly masking = new Masking()
      readonly watching = watching
      apply(value: Tensor, scope: Scope<this>): Tree {
        return scope.callAll(this.watching, { a: scope.call(this.masking, mul(value, 1)), b: [value] })
      }
    }
    statelessCall(new Branches(), nothing, x)
    expect(watching.found).toEqual({ a: m, b: [undefined] })
  })

  it('given as an option replaces those of the inputs', () => {
    const given = tensor([[false, true, true, true]])
    const watching = new Watching()
    class Told extends Layer {
      readonly masking = new Masking()
      readonly watching = watching
      apply(value: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.watching, scope.call(this.masking, value), { mask: given })
      }
    }
    statelessCall(new Told(), nothing, x)
    expect(watching.found).toBe(given)
    const output = statelessCall(new Passing(), nothing, x, { mask: given }).outputs as Tensor
    expect(maskOf(output)).toBe(given)
  })

  it('stays with a tensor that is cast for a layer', () => {
    const watching = new Watching({ dtype: 'float64' })
    chain(new Masking(), watching, new Passing({ dtype: 'mixedFloat16' }))
    expect(watching.found).toBe(m)
    const output = chain(new Masking(), new Passing({ dtype: 'mixedFloat16' }))
    expect([maskOf(output), output.dtype]).toEqual([m, 'float16'])
  })

  it('of a sublayer output can be read by the outer layer', () => {
    let found: Tensor | undefined
    class Asking extends Layer {
      readonly masking = new Masking()
      apply(value: Tensor, scope: Scope<this>): Tensor {
        const y = scope.call(this.masking, value)
        found = scope.maskOf(y)
        return add(y, 1)
      }
    }
    statelessCall(new Asking(), nothing, x)
    expect(found).toBe(m)
  })

  it('is not passed on by operations', () => {
    const y = new Masking().call(mul(x, 1))
    expect(maskOf(y)?.array()).toEqual([[true, true, false, true]])
    expect(maskOf(concat([y, y], 1))).toBeUndefined()
    expect(maskOf(gather(y, tensor([0], { dtype: 'int32' })))).toBeUndefined()
  })

  it('of an input that a layer returns unchanged stays the same for other layers', () => {
    const [plain, own] = [mul(x, 1), tensor([[false, true, true, true]])]
    const output = new Masking().call(plain)
    expect(maskOf(output)?.array()).toEqual(m.array())
    expect(maskOf(plain)).toBeUndefined()
    setMask(plain, own)
    expect(maskOf(new Masking().call(plain))?.array()).toEqual(m.array())
    new Nothing().call(plain)
    expect(maskOf(plain)).toBe(own)
    // if the mask does not change, the tensor is not copied
    const watching = new Watching()
    expect(statelessCall(watching, nothing, plain).outputs).toBe(plain)
  })

  it('may be changed on a copy', () => {
    const masked = withMask(x, m)
    expect([maskOf(masked), maskOf(x)]).toEqual([m, undefined])
    expect(masked.array()).toEqual(x.array())
    expect(withMask(masked, m)).toBe(masked)
    expect(maskOf(withMask(masked, undefined))).toBeUndefined()
    expect(maskOf(masked)).toBe(m)
  })

  it('is passed from one call on values to the next', () => {
    const watching = new Watching()
    const y = new Passing().call(new Masking().call(mul(x, 1)))
    watching.call(y)
    expect((watching.found as Tensor).array()).toEqual([[true, true, false, true]])
    watching.call(new Nothing().call(y))
    expect(watching.found).toBeUndefined()
  })
})
