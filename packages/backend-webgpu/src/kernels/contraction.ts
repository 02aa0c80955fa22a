import { type ContractionKernel, countOf } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { literal, typeOf } from '../wgsl/types.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import { contractionShader } from './contraction-shader.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { matrixProducts, suitsMatrixUnits } from './matrix-tiles.ts'
import { packWidth } from './pack-width.ts'
import { partialSums } from './partial-sums.ts'
import { perPack } from './per-pack.ts'
import { nested, threads } from './rows.ts'
import type { ShaderTarget } from './shader-target.ts'
import { chooseTiles, tileProducts } from './tiles.ts'

/**
 * The number of threads that keep a GPU busy. Where there are fewer, sums are split into parts of at least `minPart`
 * products.
 */
const enoughThreads = 32768
const minPart = 32

/** The shaders of a contraction: tiles in workgroup memory or, for small results, one thread per element. */
export function contractionCode(kernel: ContractionKernel, target: ShaderTarget): KernelCode {
  const [batch, m, n, k] = [kernel.batch, kernel.m, kernel.n, kernel.k].map(countOf) as [number, number, number, number]
  const shape = chooseTiles([batch, m, n, k], target.traits.tiles)
  const pack = packWidth(kernel.stores, [...kernel.batch, ...kernel.m, ...kernel.n], target)
  const { matrixUnit } = target.traits
  if (matrixUnit && suitsMatrixUnits(kernel, matrixUnit)) {
    return { shaders: [matrixProducts(kernel, matrixUnit, pack)], workspaceBytes: 0 }
  }
  if (shape) return inParts(kernel, shape.parts, pack, tileProducts(kernel, shape, pack))
  const parts = Math.min(Math.ceil(enoughThreads / (batch * m * n)), Math.floor(k / minPart))
  return parts > 1
    ? inParts(kernel, parts, pack, elementParts(kernel, parts))
    : inParts(kernel, 1, pack, elements(kernel, pack))
}

/** A second shader adds the parts of split sums. */
function inParts(kernel: ContractionKernel, parts: number, pack: number, first: ShaderCode): KernelCode {
  if (parts === 1) return { shaders: [first], workspaceBytes: 0 }
  const count = countOf([...kernel.batch, ...kernel.m, ...kernel.n])
  return { shaders: [first, partialSums(kernel, parts, pack)], workspaceBytes: 4 * parts * count }
}

/** One thread per element of the result, or per pack of elements. */
function elements(kernel: ContractionKernel, pack: number): ShaderCode {
  const { batch, m, n, k, a, b, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const shader = contractionShader(kernel, threads, Math.ceil(count / pack / threads), count, pack > 1)
  return perPack(shader, kept, pack, stores, (block, sum) => {
    block.lines.push(`var ${sum}: ${typeOf(a.dtype)} = ${literal(a.dtype, 0)};`)
    const add = (body: Block) => {
      body.lines.push(`${sum} += ${body.value(a)} * ${body.value(b)};`)
    }
    block.lines.push(...nested(shader, block, k, add))
  })
}

/** One thread per part of each element. */
function elementParts(kernel: ContractionKernel, parts: number): ShaderCode {
  const { batch, m, n, k, a, b } = kernel
  const kept = [...batch, ...m, ...n]
  const [count, products] = [countOf(kept), countOf(k)]
  const [all, size] = [count * parts, Math.ceil(products / parts)]
  const shader = contractionShader(kernel, threads, Math.ceil(all / threads), all, true)
  const [names, inner] = [nameAxes(kept, 'o'), nameAxes(k, 'k')]
  const block = new Block(shader, names)
  block.lines.push(
    `let unit = row * ${threads}u + lane;`,
    `if (unit >= COUNT) { return; }`,
    `let position = unit % ${count}u;`,
    `let part = unit / ${count}u;`,
    ...coordinatesAlong(names, 'position'),
    `var sum: ${typeOf(a.dtype)} = ${literal(a.dtype, 0)};`,
  )
  const body = block.inner(inner)
  body.lines.push(...coordinatesAlong(inner, 'at'))
  body.lines.push(`sum += ${body.value(a)} * ${body.value(b)};`)
  block.lines.push(
    `for (var at = part * ${size}u; at < min(${products}u, (part + 1u) * ${size}u); at++) {`,
    ...body.lines,
    '}',
    shader.keep(a.dtype, `part * ${count}u + position`, 'sum'),
  )
  return shader.build(block.lines)
}
