import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { transpose } from './movement.ts'

/** The groups of names of one side of a pattern: `b (h w) c` is [[b], [h, w], [c]]; `1` and `()` are empty groups. */
function groupsOf(pattern: string, side: string): string[][] {
  const parts = side.replace(/\s+/g, ' ').match(/\([^()]*\)|[^\s()]+/g) ?? []
  const groups = parts.map((part) => {
    const inside = part.startsWith('(') ? part.slice(1, -1).trim() : part
    return inside === '' || inside === '1' ? [] : inside.split(' ')
  })
  const names = groups.flat()
  const wrong = names.find((name) => !/^[A-Za-z_]\w*$/.test(name)) ?? names.find((name, i) => names.indexOf(name) !== i)
  // parentheses that are not in pairs are in no part
  if (wrong === undefined && parts.join('').replaceAll(' ', '') === side.replace(/\s/g, '')) return groups
  throw new ShapeError(
    `rearrange: '${pattern}' is not a pattern; write names, each once on either side of '->', and groups in parentheses, as in 'b (h w) c -> b h w c'.`,
  )
}

/**
 * Axes split, ordered and joined by a pattern of names: `'b (h w) c -> b c h w'`. `sizes` gives those of names that do not follow from
 * the shape. Keras: `rearrange`, and the package einops.
 *
 * @example
 * import { rearrange, zeros } from '@gradus/tensor'
 * rearrange(zeros([2, 6, 3]), 'b (h w) c -> b c h w', { h: 2 }).shape // => [2, 3, 2, 3]
 */
export const rearrange = /* @__PURE__ */ operation(
  'rearrange',
  (x: Tensor, pattern: string, sizes: Readonly<Record<string, number>> = {}): Tensor => {
    const [left, right, ...more] = pattern.split('->')
    if (right === undefined || more.length > 0) {
      throw new ShapeError(`rearrange: '${pattern}' has no arrow, or several; write it as in 'h w -> w h'.`)
    }
    const [from, to] = [groupsOf(pattern, left!), groupsOf(pattern, right)]
    const [before, after] = [from.flat(), to.flat()]
    if (from.length !== x.rank || before.length !== after.length || after.some((name) => !before.includes(name))) {
      throw new ShapeError(
        `rearrange: '${pattern}' does not fit a tensor of shape ${formatShape(x.shape)}; the left side names ${from.length} axes, and both sides must have the same names.`,
      )
    }
    const found = new Map(Object.entries(sizes))
    from.forEach((names, axis) => {
      const length = x.shape[axis]!
      const open = names.filter((name) => !found.has(name))
      const known = names.reduce((product, name) => product * (found.get(name) ?? 1), 1)
      if (open.length === 1 && length % known === 0) found.set(open[0]!, length / known)
      else if (open.length > 0 || known !== length) {
        throw new ShapeError(
          `rearrange: axis ${axis} of ${formatShape(x.shape)} has ${length} elements, which '${names.join(' ')}' of '${pattern}' do not divide; give the sizes of all names but one, as in { h: 2 }.`,
        )
      }
    })
    const sizeOfNames = (names: readonly string[]) => names.map((name) => found.get(name)!)
    const split = reshape(x, sizeOfNames(before))
    const ordered = transpose(
      split,
      after.map((name) => before.indexOf(name)),
    )
    return reshape(
      ordered,
      to.map((names) => sizeOfNames(names).reduce((a, b) => a * b, 1)),
    )
  },
  ['tensor', 'any', 'any'],
)
