import { ConfigError, DataError, describeName, suggest } from '@gradus/core'
import { joined, type RandomAccess, startsWith, zipEntries } from '@gradus/datasets/internals'
import type { TableSource } from '../source.ts'
import { head, wholeBytes } from './archive/gunzipped.ts'
import { arrayChunks, arrayColumns } from './arrays/array-file.ts'
import { headerOf, npyArray } from './arrays/npy-file.ts'
import type { TableFormat, TableInput, TableOptions } from './format.ts'

/** The most bytes of an array in an archive. */
const maxBytes = 2 ** 31
const maxMembers = 1000
const tokens = ['train', 'training', 'test', 'val', 'valid', 'validation', 'dev']

interface Member {
  readonly name: string
  /** Its part of the data, such as `train`, where the name has one. */
  readonly part: string
  /** The name without the part. */
  readonly column: string
  readonly shape: readonly number[]
  bytes(): Promise<Uint8Array>
}

/**
 * Arrays of NumPy in an archive, with a row for each index of the first axis. `within` names one array, or a part such as `train` of
 * `x_train` and `y_train`. The matrix `x` has the columns `c0`, `c1`, ...; others begin with the name of the array.
 */
export const npz: TableFormat = {
  name: 'npz',
  title: 'an .npz file of NumPy',
  extensions: ['.npz'],
  options: ['within'],
  certainty: (start) =>
    Number(
      startsWith(start, [0x50, 0x4b, 3, 4]) && /\.npy/.test(new TextDecoder('latin1').decode(start.subarray(0, 300))),
    ),
  async open(input, options): Promise<TableSource> {
    const members = await membersOf(input)
    const { chosen, notes } = choose(input.name, members, options)
    const matrices = chosen.filter(({ shape }) => shape.length === 2 && shape[1] !== 1)
    const names = chosen.map((member) => {
      if (member.shape[1] === 1 && member.shape.length === 2) return [member.column]
      const isMain = matrices.length === 1 || /^(x|data|features)$/i.test(member.column)
      return arrayColumns(member.shape, member.column, isMain ? 'c' : `${member.column}_`)
    })
    return {
      name: input.name,
      columns: names.flat(),
      notes,
      rowCount: chosen[0]!.shape[0]!,
      async *chunks() {
        const arrays = []
        for (const { name, bytes } of chosen) {
          const content = await bytes()
          const read = async (start?: number, end?: number) => content.subarray(start, end)
          arrays.push(await npyArray({ name: `${describeName(name)} in ${input.name}`, size: content.length, read }))
        }
        yield* arrayChunks(arrays)
      },
    }
  },
}

async function membersOf(input: TableInput): Promise<Member[]> {
  const bytes = Number.isNaN(input.size) ? await wholeBytes(input, maxBytes, 'Unpack it.') : undefined
  const file: RandomAccess = {
    size: bytes?.length ?? input.size,
    read: (offset, length) =>
      bytes ? Promise.resolve(bytes.subarray(offset, offset + length)) : input.read(offset, offset + length),
  }
  const members: Member[] = []
  for await (const entry of zipEntries(file, input.name)) {
    if (entry.folder || !entry.name.endsWith('.npy')) continue
    if (members.length >= maxMembers) throw new DataError(`${input.name} holds more than ${maxMembers} arrays.`)
    const name = entry.name.slice(0, -4)
    const title = `${describeName(name)} in ${input.name}`
    const read = async (_?: number, end = maxBytes) => {
      if (end >= entry.size) return joined(entry.chunks(), title, maxBytes)
      return head(entry.chunks(), end)
    }
    const { shape } = await headerOf({ name: title, size: entry.size, read })
    const words = name.split('_')
    const part = words.find((word) => tokens.includes(word.toLowerCase())) ?? ''
    const column = words.filter((word) => word !== part).join('_') || name
    members.push({ name, part, column, shape, bytes: () => read() })
  }
  if (members.length === 0) throw new DataError(`${input.name} is an archive without arrays of NumPy.`)
  return members
}

/** The arrays that are read together: one, a part, or all if they have equal numbers of rows. */
function choose(
  source: string,
  members: readonly Member[],
  { within }: TableOptions,
): { chosen: readonly Member[]; notes: string[] } {
  const parts = [...new Set(members.map(({ part }) => part))]
  if (within !== undefined) {
    const chosen = members.filter(({ name, part }) => name === within || (part !== '' && part === within))
    const one = members.filter(({ name }) => name === within)
    if (chosen.length === 0) {
      const known = [...parts.filter((part) => part !== ''), ...members.map(({ name }) => name)].slice(0, 20)
      throw new ConfigError(`${source} has no array ${describeName(within)}.${suggest(within, known)}`)
    }
    return { chosen: requireRows(source, one.length > 0 ? one : chosen), notes: [] }
  }
  if (haveEqualRows(members) && parts.length === 1) return { chosen: requireRows(source, members), notes: [] }
  const part = tokens.find((token) => parts.includes(token))
  if (part === undefined) return { chosen: requireRows(source, members), notes: [] }
  const chosen = members.filter((member) => member.part === part)
  const others = parts.filter((other) => other !== part && other !== '')
  const names = chosen.map(({ name }) => `'${name}'`).join(' and ')
  const rest =
    others.length > 0 ? ` The file has ${others.map((other) => `'${other}'`).join(', ')} too: set 'within'.` : ''
  return { chosen: requireRows(source, chosen), notes: [`The rows are those of ${names}.${rest}`] }
}

function haveEqualRows(members: readonly Member[]): boolean {
  return members.every(({ shape }) => shape.length > 0 && shape[0] === members[0]!.shape[0])
}

function requireRows(source: string, members: readonly Member[]): readonly Member[] {
  if (haveEqualRows(members)) return members
  const shapes = members.slice(0, 10).map(({ name, shape }) => `${name.slice(0, 100)} [${shape.join(', ')}]`)
  throw new ConfigError(
    `${source} holds arrays with different numbers of rows: ${shapes.join(', ')}. Say which one is read with within: ${describeName(members[0]!.name)}.`,
  )
}
