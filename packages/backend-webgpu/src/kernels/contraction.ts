import type { ContractionKernel } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { literal, typeOf } from '../wgsl/types.ts'
import { countOf, nameAxes, placesAlong } from './axes.ts'
import { contractionShader } from './contraction-shader.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { matrixProducts, suitsMatrixUnits } from './matrix-tiles.ts'
import { partialSums } from './partial-sums.ts'
import { perRun } from './per-run.ts'
import { nested, threads } from './rows.ts'
import { runAlong } from './runs.ts'
import type { Setting } from './setting.ts'
import { chooseTiles, tileProducts } from './tiles.ts'

/** So many threads keep a GPU busy; sums are cut where there are fewer, in parts of at least so many products. */
const enoughThreads = 32768
const leastPart = 32

/** The shaders of sums of products: by tiles that go through workgroup memory, or element by element where there are few. */
export function contractionCode(kernel: ContractionKernel, setting: Setting): KernelCode {
  const [batch, m, n, k] = [kernel.batch, kernel.m, kernel.n, kernel.k].map(countOf) as [number, number, number, number]
  const shape = chooseTiles([batch, m, n, k], setting.traits.tiles)
  const run = runAlong(kernel.stores, [...kernel.batch, ...kernel.m, ...kernel.n], setting)
  const { matrixUnit } = setting.traits
  if (matrixUnit && suitsMatrixUnits(kernel, matrixUnit)) {
    return { shaders: [matrixProducts(kernel, matrixUnit, run)], workspaceBytes: 0 }
  }
  if (shape) return inParts(kernel, shape.parts, run, tileProducts(kernel, shape, run))
  const parts = Math.min(Math.ceil(enoughThreads / (batch * m * n)), Math.floor(k / leastPart))
  return parts > 1
    ? inParts(kernel, parts, run, elementParts(kernel, parts))
    : inParts(kernel, 1, run, elements(kernel, run))
}

/** Sums that were cut are put together by a second shader. */
function inParts(kernel: ContractionKernel, parts: number, run: number, first: ShaderCode): KernelCode {
  if (parts === 1) return { shaders: [first], workspaceBytes: 0 }
  const count = countOf([...kernel.batch, ...kernel.m, ...kernel.n])
  return { shaders: [first, partialSums(kernel, parts, run)], workspaceBytes: 4 * parts * count }
}

/** A thread for each element of the result, or for a run of them. */
function elements(kernel: ContractionKernel, run: number): ShaderCode {
  const { batch, m, n, k, a, b, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const shader = contractionShader(kernel, threads, Math.ceil(count / run / threads), count, run > 1)
  return perRun(shader, kept, run, stores, (block, sum) => {
    block.lines.push(`var ${sum}: ${typeOf(a.dtype)} = ${literal(a.dtype, 0)};`)
    const add = (body: Block) => {
      body.lines.push(`${sum} += ${body.value(a)} * ${body.value(b)};`)
    }
    block.lines.push(...nested(shader, block, k, add))
  })
}

/** A thread for each part of each element. */
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
    `let place = unit % ${count}u;`,
    `let part = unit / ${count}u;`,
    ...placesAlong(names, 'place'),
    `var sum: ${typeOf(a.dtype)} = ${literal(a.dtype, 0)};`,
  )
  const body = block.inner(inner)
  body.lines.push(...placesAlong(inner, 'at'))
  body.lines.push(`sum += ${body.value(a)} * ${body.value(b)};`)
  block.lines.push(
    `for (var at = part * ${size}u; at < min(${products}u, (part + 1u) * ${size}u); at++) {`,
    ...body.lines,
    '}',
    shader.keep(a.dtype, `part * ${count}u + place`, 'sum'),
  )
  return shader.build(block.lines)
}
