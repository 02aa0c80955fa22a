import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, packed, slow, tarball } from './project.ts'

interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
}

/** The manifests of all packages installed in a folder. */
function installed(folder: string): { manifest: Manifest; folder: string }[] {
  return readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => join(folder, 'node_modules', path))
    .map((path) => ({ manifest: JSON.parse(readFileSync(path, 'utf8')) as Manifest, folder: dirname(path) }))
}

describe('everything that is published', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject('everything', packed(), { offline: false })
  }, slow)

  it('installs without a single install script', () => {
    const all = installed(project.folder)
    expect(all.map(({ manifest }) => manifest.name)).toEqual(
      expect.arrayContaining(packed().map((name) => (name === 'gradus' ? name : `@gradus/${name}`))),
    )
    const scripted = all.filter(
      ({ manifest, folder }) =>
        ['preinstall', 'install', 'postinstall'].some((script) => manifest.scripts?.[script]) ||
        existsSync(join(folder, 'binding.gyp')),
    )
    expect(scripted.map(({ manifest }) => manifest.name)).toEqual([])
  })

  it('holds tensor and core once', () => {
    const names = installed(project.folder).map(({ manifest }) => manifest.name)
    expect(names.filter((name) => name === '@gradus/tensor')).toHaveLength(1)
    expect(names.filter((name) => name === '@gradus/core')).toHaveLength(1)
  })

  it('packs builds, declarations and license, and no sources, tests or references to them', () => {
    expect(packed().length).toBeGreaterThan(10)
    for (const name of packed()) {
      const read = (...args: string[]) => execFileSync('tar', [...args], { encoding: 'utf8' })
      const files = read('-tzf', tarball(name))
        .trim()
        .split('\n')
        .map((path) => path.replace('package/', ''))
      const stray = files.filter(
        (path) => !/^(dist\/.+|package\.json|LICENSE|README\.md|CHANGELOG\.md|schema\/.+)$/.test(path),
      )
      expect(stray, name).toEqual([])
      expect(files.filter((path) => /test|recorded/i.test(path) && name !== 'testing').join(), name).toBe('')
      expect(files, name).toContain('LICENSE')
      const manifest = JSON.parse(read('-xzOf', tarball(name), 'package/package.json'))
      expect(JSON.stringify(manifest), name).not.toMatch(/@gradus\/source|workspace:|catalog:|\.\/src\//)
      expect(manifest, name).toMatchObject({ type: 'module', sideEffects: false, license: 'MIT' })
    }
  })

  it(
    'has manifests that are right for Node and every bundler',
    async () => {
      for (const name of packed()) {
        const { buffer, byteOffset, byteLength } = readFileSync(tarball(name))
        const packedBytes = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
        const { messages, pkg } = await publint({ pack: { tarball: packedBytes }, strict: true })
        const errors = messages.filter(({ type }) => type === 'error')
        expect(
          errors.map((message) => formatMessage(message, pkg)),
          name,
        ).toEqual([])
      }
    },
    slow,
  )

  it(
    'has types that resolve for every ECMAScript module',
    async () => {
      // the command line has nothing to import
      for (const name of packed().filter((other) => other !== 'cli')) {
        const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball(name))))
        if (!analysis.types) throw new Error(`${name} has no types.`)
        const old = ['node10', 'node16-cjs']
        const problems = analysis.problems.filter(
          (problem) => !('resolutionKind' in problem && old.includes(problem.resolutionKind)),
        )
        expect(problems, name).toEqual([])
      }
    },
    slow,
  )
})
