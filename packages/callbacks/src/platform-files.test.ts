import { execFileSync, spawn } from 'node:child_process'
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileAtomic } from '../../io/src/platform-files.ts'
import { CSVLogger } from './csv-logger.ts'
import { machineFiles } from './platform-files.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-files-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** A pipe with a name in the folder. */
function pipe(): string {
  const path = join(folder, 'pipe')
  execFileSync('sh', ['-c', `mkfifo '${path}'`])
  return path
}

/** The bytes that a program reads from a file until its end. */
function readBySide(path: string): Promise<string> {
  const reader = spawn('cat', [path])
  let text = ''
  reader.stdout.on('data', (piece: Buffer) => {
    text += piece
  })
  return new Promise((resolve) => reader.on('close', () => resolve(text)))
}

const textOf = (path: string) => readFile(path, 'utf8')

describe.each([
  ['writeFileAtomic of io', writeFileAtomic],
  ['write of the files of callbacks', machineFiles.write],
])('%s', (_, write) => {
  it('keeps the permissions of the file that it replaces, whatever the umask', async () => {
    const path = join(folder, 'a')
    for (const mode of [0o666, 0o777, 0o640, 0o600, 0o444]) {
      await writeFile(path, 'old', { flag: 'w' })
      await chmod(path, mode)
      await write(path, 'new')
      expect([(await stat(path)).mode & 0o777, await textOf(path)]).toEqual([mode, 'new'])
      await rm(path)
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps the owner, where it may', async (context) => {
    if (process.getuid?.() !== 0) return context.skip()
    const path = join(folder, 'a')
    await writeFile(path, 'old')
    execFileSync('chown', ['1234:1235', path])
    await write(path, 'new')
    expect(await stat(path)).toMatchObject({ uid: 1234, gid: 1235 })
  })

  it('keeps symbolic links: to files, to links, to files that do not exist', async () => {
    await mkdir(join(folder, 'sub'))
    await mkdir(join(folder, 'other'))
    await symlink('sub/target', join(folder, 'first'))
    await symlink(join(folder, 'first'), join(folder, 'second'))
    await symlink('../other', join(folder, 'sub/folder'))
    await symlink('../sub/target', join(folder, 'other/up'))
    for (const text of ['one', 'two']) {
      await write(join(folder, 'second'), text)
      expect(await readlink(join(folder, 'first'))).toBe('sub/target')
      expect(await readlink(join(folder, 'second'))).toBe(join(folder, 'first'))
      expect(await textOf(join(folder, 'sub/target'))).toBe(text)
    }
    await rm(join(folder, 'sub/target'))
    await write(join(folder, 'sub/folder/up'), 'three')
    expect(await textOf(join(folder, 'sub/target'))).toBe('three')
    await symlink('new/folder/file', join(folder, 'third'))
    await write(join(folder, 'third'), 'four')
    expect(await textOf(join(folder, 'new/folder/file'))).toBe('four')
    expect((await readdir(folder)).sort()).toEqual(['first', 'new', 'other', 'second', 'sub', 'third'])
  })

  it('refuses links that lead to themselves, folders and sockets', async () => {
    await symlink('loop', join(folder, 'loop'))
    await expect(write(join(folder, 'loop'), 'x')).rejects.toThrow('it is a link that leads to itself')
    await expect(write(folder, 'x')).rejects.toThrow(`The file '${folder}' cannot be written: it is a folder.`)
    const socket = join(folder, 'socket')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    await expect(write(socket, 'x')).rejects.toThrow(
      `The file '${socket}' cannot be written: it is a disk or a socket. Give the path of a file.`,
    )
    expect((await stat(socket)).isSocket()).toBe(true)
    server.close()
  })

  it('writes into devices, which stay devices', async () => {
    await write('/dev/null', 'x')
    await expect(write('/dev/full', 'x')).rejects.toThrow("The file '/dev/full' cannot be written: the disk is full.")
    await symlink('/dev/null', join(folder, 'link'))
    await write(join(folder, 'link'), 'x')
    for (const path of ['/dev/null', '/dev/full']) expect((await stat(path)).isCharacterDevice()).toBe(true)
    expect(await readdir(folder)).toEqual(['link'])
  })

  it('writes into a pipe, all of it', async () => {
    const path = pipe()
    const text = 'some text\n'.repeat(50_000)
    const read = readBySide(path)
    await write(path, text)
    expect(await read).toBe(text)
    expect((await stat(path)).isFIFO()).toBe(true)
  })

  it('says so if the reader of a pipe goes', async () => {
    const path = pipe()
    const reader = spawn('head', ['-c', '1', path])
    await expect(write(path, 'x'.repeat(1_000_000))).rejects.toThrow(
      `The file '${path}' cannot be written: its reader has closed it.`,
    )
    reader.kill()
  })
})

describe('the files of callbacks', () => {
  it('append to a pipe, and read nothing from it', async () => {
    const path = pipe()
    expect(await machineFiles.read(path)).toBeUndefined()
    const logger = new CSVLogger({ filename: path, append: true })
    const reader = await open(path, 'r+') // keeps the pipe open
    await logger.onTrainBegin()
    await machineFiles.append(path, 'a line\n')
    const { buffer, bytesRead } = await reader.read(Buffer.alloc(100), 0, 100)
    expect(buffer.toString('utf8', 0, bytesRead)).toBe('a line\n')
    await reader.close()
  })

  it('are read up to 256 MiB, and not at all from devices', async () => {
    const path = join(folder, 'log.csv')
    await writeFile(path, '')
    await truncate(path, 2 ** 28 + 1)
    await expect(machineFiles.read(path)).rejects.toThrow(
      `The file '${path}' cannot be read: it has more than 268435456 bytes.`,
    )
    await expect(machineFiles.read(folder)).rejects.toThrow(`The file '${folder}' cannot be read: it is a folder.`)
    expect(await machineFiles.read('/dev/zero')).toBeUndefined()
    expect(await machineFiles.read(join(folder, 'none'))).toBeUndefined()
  })
})
