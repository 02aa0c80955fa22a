import { type Axis, axesOfAtom, countOf, type LoopKernel, type Store } from '@gradus/schedule'
import { isFloat } from '@gradus/tensor'
import { Block } from '../wgsl/block.ts'
import { nameAxes } from './axes.ts'
import { blockLength } from './blocks.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { nested } from './nested.ts'
import { ownPosition, rowBufferBytes, shaderFor, storesOf, threads } from './rows.ts'
import { Shader } from './shader.ts'
import type { ShaderTarget } from './shader-target.ts'

/**
 * Additions at looked-up positions. Where many floats may be added to one element, rounding errors are added separately, in
 * the workspace. Sums of float16 lie there, too, until a shader rounds them.
 */
export function scatterCode(kernel: LoopKernel, target: ShaderTarget): KernelCode {
  const [store] = storesOf(kernel)
  const isSingle = storesOf(kernel).length === 1 && kernel.slots === 0
  const many = countOf([...kernel.outer, ...kernel.inner]) / countOf(apartAxes(kernel))
  const limit = store!.stored === 'float16' ? 1 : blockLength
  if (!isSingle || !isFloat(store!.stored) || many <= limit) {
    return { shaders: [inOrder(kernel)], workspaceBytes: rowBufferBytes(kernel) }
  }
  const elements = elementsOf(store!, target)
  const first = [prepared(kernel, store!, elements), addedExactly(kernel, store!, elements)]
  return sumsInTarget(store!)
    ? { shaders: first, workspaceBytes: 4 * elements }
    : { shaders: [...first, finished(kernel, store!, elements)], workspaceBytes: 8 * elements }
}

/** The number of elements of the value to which a store adds. */
function elementsOf({ value, stored }: Store, { bytesOf }: ShaderTarget): number {
  return bytesOf(value) / (stored === 'float16' ? 2 : 4)
}

/** Whether the rounded sums lie where the results will be. Otherwise they lie in the workspace, behind the errors. */
function sumsInTarget({ stored }: Store): boolean {
  return stored === 'float32'
}

/**
 * The additions, which must run in order: one thread per position of the axes along which the target certainly moves; it loops
 * over the other axes.
 */
function inOrder(kernel: LoopKernel, add?: (shader: Shader, body: Block) => string[]): ShaderCode {
  const all = [...kernel.outer, ...kernel.inner]
  const apart = apartAxes(kernel)
  const count = countOf(apart)
  const shader = shaderFor(kernel, Math.ceil(count / threads), count, add !== undefined)
  const names = nameAxes(apart, 'o')
  const block = new Block(shader, names)
  block.lines.push(...ownPosition(names))
  const others = all.filter((axis) => !apart.includes(axis))
  const visit = (body: Block) => {
    body.lines.push(...(add ? add(shader, body) : shader.storing(body, storesOf(kernel))))
  }
  block.lines.push(...nested(shader, block, others, visit))
  return shader.build(block.lines)
}

/** The axes along which all stores have different targets. */
function apartAxes(kernel: LoopKernel): Axis[] {
  const stores = storesOf(kernel)
  return [...kernel.outer, ...kernel.inner].filter((axis) => stores.every((store) => movesAlong(store, axis)))
}

/** Whether different positions along an axis have different targets, whatever is looked up. */
function movesAlong({ index }: Store, axis: Axis): boolean {
  const own = index.terms.some(({ atom }) => atom === axis)
  return own && index.terms.every(({ atom }) => atom === axis || !axesOfAtom(atom).includes(axis))
}

/** Adds, with the errors of the sums. */
function addedExactly(kernel: LoopKernel, store: Store, elements: number): ShaderCode {
  const { value, index, expression, stored, add } = store
  return inOrder(kernel, (shader, body) => {
    const at = `u32(${body.index(index)})`
    const [code, only, pair] = [body.value(expression), body.value(add!.only), shader.name()]
    const sum = sumsInTarget(store) ? shader.element(stored, value, at) : shader.kept('float32', `${elements}u + ${at}`)
    const write = sumsInTarget(store)
      ? shader.put(value, stored, at, `${pair}.x`)
      : [shader.keep('float32', `${elements}u + ${at}`, `${pair}.x`)]
    return [
      `if (${only}) {`,
      `let ${pair} = plusPair(vec2<f32>(${sum}, ${shader.kept('float32', at)}), vec2<f32>(${code}, 0.0));`,
      ...write,
      shader.keep('float32', at, `${pair}.y`),
      '}',
    ]
  })
}

/** One thread per update prepares the words of its target. Threads with one target write the same. */
function prepared(kernel: LoopKernel, store: Store, elements: number): ShaderCode {
  const { value, index, stored, add } = store
  return perUpdate(kernel, (shader, body) => {
    const at = `u32(${body.index(index)})`
    return [
      `if (${body.value(add!.only)}) {`,
      shader.keep('float32', at, '0.0'),
      ...(sumsInTarget(store)
        ? []
        : [shader.keep('float32', `${elements}u + ${at}`, shader.element(stored, value, at))]),
      '}',
    ]
  })
}

/** One thread per update writes the sum of its target, which may be that of other threads, too. */
function finished(kernel: LoopKernel, { value, index, stored, add }: Store, elements: number): ShaderCode {
  return perUpdate(kernel, (shader, body) => {
    const at = `u32(${body.index(index)})`
    const sum = shader.kept('float32', `${elements}u + ${at}`)
    return [`if (${body.value(add!.only)}) {`, ...shader.put(value, stored, at, sum), '}']
  })
}

function perUpdate(kernel: LoopKernel, write: (shader: Shader, body: Block) => string[]): ShaderCode {
  const axes = [...kernel.outer, ...kernel.inner]
  const count = countOf(axes)
  const groups = Math.ceil(count / threads)
  const options = { make: kernel.make, workgroupSize: threads, groups, count, writesPartialWords: true }
  const shader = new Shader(options)
  const names = nameAxes(axes, 'o')
  const block = new Block(shader, names)
  const lines = write(shader, block)
  return shader.build([...ownPosition(names), ...block.lines, ...lines])
}
