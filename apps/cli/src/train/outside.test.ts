import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { standard } from 'gradus'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, small, smallSandbox } from '../testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = smallSandbox()
  sandbox.write('victim.csv', 'mine')
})

afterEach(() => sandbox.remove())

const log = (filename: string) => ({ ...small, callbacks: [{ callback: 'CSVLogger', filename }] })
const checkpoint = (filepath: string) => ({ ...small, callbacks: [{ callback: 'ModelCheckpoint', filepath }] })

describe('the files of callbacks', () => {
  it('are relative to the run folder', async () => {
    const callbacks = [...log('logs/a.csv').callbacks, ...checkpoint('models/{epoch:02d}.safetensors').callbacks]
    sandbox.write('config.yaml', { ...small, callbacks })
    expect(await sandbox.run(['train', 'config.yaml', '--quiet', '--out', 'a{b}'])).toMatchObject({ code: 0, err: '' })
    expect(sandbox.read('a{b}/small-1/logs/a.csv').split('\r\n')).toHaveLength(6)
    expect(existsSync(sandbox.file('a{b}/small-1/models/04.safetensors'))).toBe(true)
  })

  it('are in the run folder if the config does not name them', async () => {
    sandbox.write('config.yaml', { ...small, callbacks: [{ callback: 'TensorBoard' }] })
    expect(await sandbox.run(['train', 'config.yaml', '--quiet', '--out', 'a'])).toMatchObject({ code: 0, err: '' })
    expect(existsSync(sandbox.file('a/small-1/logs/train'))).toBe(true)
  })

  it.each([
    ['above the folder', log('../../victim.csv')],
    ['above the folder, hidden', log('logs/../../../victim.csv')],
    ['the folder', log('.')],
    ['an absolute path', log('/tmp/gradus-victim.csv')],
    ['a checkpoint above the folder', checkpoint('../{epoch}.safetensors')],
    ['an absolute checkpoint', checkpoint('/tmp/gradus-{epoch}.safetensors')],
  ])('are refused outside: %s', async (_, config) => {
    sandbox.write('config.yaml', config)
    const { code, err } = await sandbox.run(['train', 'config.yaml'])
    expect(code).toBe(2)
    expect(err).toMatch(/callbacks\[0\]\.file(name|path) is '.*', which is outside the run folder\..*--allow-outside/s)
    expect(existsSync(sandbox.file('runs'))).toBe(false)
    expect(sandbox.read('victim.csv')).toBe('mine')
  })

  it('may not be files of the run itself', async () => {
    for (const name of ['config.json', './model-last.safetensors', 'lock-1']) {
      sandbox.write('config.yaml', log(name))
      const { code, err } = await sandbox.run(['train', 'config.yaml', '--allow-outside'])
      expect(code).toBe(2)
      expect(err).toContain('a file that the run itself writes')
    }
  })

  it('are written outside with --allow-outside, which a resumed run needs again', async () => {
    sandbox.write('config.yaml', log(sandbox.file('victim.csv')))
    expect((await sandbox.run(['train', 'config.yaml', '--allow-outside'])).code).toBe(0)
    expect(sandbox.read('victim.csv')).toMatch(/^epoch,accuracy,loss\r\n/)
    const flags = ['train', '--resume', 'runs/small-1', '--epochs', '6']
    expect((await sandbox.run(flags)).code).toBe(2)
    expect((await sandbox.run([...flags, '--allow-outside'])).code).toBe(0)
    expect(sandbox.read('victim.csv').split('\r\n')).toHaveLength(8)
  })

  it.skipIf(process.platform === 'win32')('are refused behind symbolic links', async () => {
    sandbox.write('config.yaml', log('logs/a.csv'))
    await sandbox.run(['train', 'config.yaml'])
    const links: [path: string, target: string][] = [
      ['a.csv', sandbox.file('victim.csv')],
      ['results.csv', '../../victim.csv'],
      ['new', '/tmp/gradus-not-there'],
      ['logs', sandbox.path],
    ]
    for (const [index, [name, target]] of links.entries()) {
      const run = `runs/small-${index + 2}`
      await sandbox.run(['train', 'config.yaml'])
      const path = sandbox.file(run, name)
      rmSync(path, { recursive: true, force: true })
      symlinkSync(target, path)
      const { code, err } = await sandbox.run(['train', '--resume', run, '--epochs', '5'])
      expect(code).toBe(2)
      expect(err).toMatch(/is a symbolic link to '.*', which is outside the run folder.*--allow-outside/)
      expect(sandbox.read('victim.csv')).toBe('mine')
    }
  })

  it.skipIf(process.platform === 'win32')('may be behind links inside, in a folder that is behind a link', async () => {
    mkdirSync(sandbox.file('disk'))
    symlinkSync(sandbox.file('disk'), sandbox.file('runs'))
    sandbox.write('config.yaml', log('logs/a.csv'))
    expect((await sandbox.run(['train', 'config.yaml'])).code).toBe(0)
    mkdirSync(sandbox.file('disk/small-1/other'))
    writeFileSync(sandbox.file('disk/small-1/other/file'), '')
    symlinkSync('other', sandbox.file('disk/small-1/link'))
    expect((await sandbox.run(['train', '--resume', 'runs/small-1', '--epochs', '5'])).code).toBe(0)
    expect(readFileSync(sandbox.file('disk/small-1/logs/a.csv'), 'utf8').split('\r\n')).toHaveLength(7)
  })

  it('are known of every callback', () => {
    for (const name of standard.names('callback')) {
      const { fields = {}, writes = {} } = standard.get('callback', name) as { fields?: object; writes?: object }
      const named = Object.keys(fields).filter((field) => /file(name|path)|path|dir|folder/i.test(field))
      // the path of an address
      const paths = name === 'RemoteMonitor' ? named.filter((field) => field !== 'path') : named
      expect(Object.keys(writes), name).toEqual(paths)
    }
  })
})
