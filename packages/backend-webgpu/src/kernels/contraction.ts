import { type ContractionKernel, countOf } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { accumulatorDeclaration } from './accumulator.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import { inBlocks, nestedInBlocks } from './blocks.ts'
import { contractionShader } from './contraction-shader.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { matrixProducts, suitsMatrixUnits } from './matrix-tiles.ts'
import { packWidth } from './pack-width.ts'
import { partialSums } from './partial-sums.ts'
import { perPack } from './per-pack.ts'
import { threads } from './rows.ts'
import type { ShaderTarget } from './shader-target.ts'
import { chooseTiles, tileProducts, tileSumBytes } from './tiles.ts'

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
  if (shape) return inParts(kernel, shape.parts, target, tileProducts(kernel, shape, pack), tileSumBytes(kernel, shape))
  const parts = Math.min(Math.ceil(enoughThreads / (batch * m * n)), Math.floor(k / minPart))
  return parts > 1
    ? inParts(kernel, parts, target, elementParts(kernel, parts))
    : inParts(kernel, 1, target, elements(kernel, pack))
}

/** A second shader adds the parts of split sums. `extraBytes` of the workspace lie behind the parts. */
function inParts(
  kernel: ContractionKernel,
  parts: number,
  target: ShaderTarget,
  first: ShaderCode,
  extraBytes = 0,
): KernelCode {
  if (parts === 1) return { shaders: [first], workspaceBytes: extraBytes }
  const count = countOf([...kernel.batch, ...kernel.m, ...kernel.n])
  const workspaceBytes = 4 * parts * count + extraBytes
  return { shaders: [first, partialSums(kernel, parts, target)], workspaceBytes }
}

/** One thread per element of the result, or per pack of elements. */
function elements(kernel: ContractionKernel, pack: number): ShaderCode {
  const { batch, m, n, k, a, b, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const shader = contractionShader(kernel, threads, Math.ceil(count / pack / threads), count, pack > 1)
  return perPack(shader, kept, pack, stores, (block, sum) => {
    const total = { value: sum, position: '0' }
    const reduction = { combine: 'sum', expression: a } as const
    block.lines.push(
      ...accumulatorDeclaration('sum', a.dtype, total),
      ...nestedInBlocks(shader, block, k, [reduction], [total], (body, [own]) => {
        body.lines.push(`${own!.value} += ${body.value(a)} * ${body.value(b)};`)
      }),
    )
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
    ...accumulatorDeclaration('sum', a.dtype, { value: 'sum', position: '0' }),
  )
  const body = block.inner(inner)
  body.lines.push(...coordinatesAlong(inner, 'at'))
  const product = `${body.value(a)} * ${body.value(b)}`
  const span = {
    ...{ from: `part * ${size}u`, to: `min(${products}u, (part + 1u) * ${size}u)` },
    ...{ step: 1, count: size },
  }
  const reduction = { combine: 'sum', expression: a } as const
  block.lines.push(
    ...inBlocks(shader, [reduction], [{ value: 'sum', position: '0' }], span, ([own], from, to) => [
      `for (var at = ${from}; at < ${to}; at++) {`,
      ...body.lines,
      `${own!.value} += ${product};`,
      '}',
    ]),
    shader.keep(a.dtype, `part * ${count}u + position`, 'sum'),
  )
  return shader.build(block.lines)
}
