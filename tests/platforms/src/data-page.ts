// A page that reads data sets, folders and batches made by threads. Its results are in `findings`.
import { audioDatasetFromDirectory, type Directory, SequenceDataset, textDatasetFromDirectory } from '@gradus/data'
import { getFile, getFileBytes, mnist } from '@gradus/datasets'

interface Folder {
  getDirectoryHandle(name: string, options: { create: true }): Promise<Folder>
  getFileHandle(
    name: string,
    options: { create: true },
  ): Promise<{ createWritable(): Promise<{ write(data: string): Promise<void>; close(): Promise<void> }> }>
}

const page = globalThis as unknown as {
  findings: Promise<unknown>
  readonly location: { readonly origin: string }
  readonly navigator: { readonly storage: { getDirectory(): Promise<Folder> } }
}
const root = page.location.origin

async function folderOfTexts(): Promise<Directory> {
  const folder = await (await page.navigator.storage.getDirectory()).getDirectoryHandle('texts', { create: true })
  for (const [name, text] of Object.entries({ good: 'what a film', bad: 'no' })) {
    const inner = await folder.getDirectoryHandle(name, { create: true })
    const file = await (await inner.getFileHandle('0.txt', { create: true })).createWritable()
    await file.write(text)
    await file.close()
  }
  return folder as unknown as Directory
}

class Numbers extends SequenceDataset {
  readonly numBatches = 4
  async getItem(): Promise<never> {
    throw new Error('this runs in threads')
  }
}

const messageOf = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message)

async function findings() {
  const first = await mnist.load({ from: `${root}/mnist/` })
  const second = await mnist.load({ from: `${root}/mnist/` })
  const bytes = await getFileBytes({ origin: `${root}/mnist/t10k-labels-idx1-ubyte.gz` })
  const texts: unknown[] = []
  const data = await textDatasetFromDirectory(await folderOfTexts(), { shuffle: false, verbose: false })
  for await (const { x, y } of data) texts.push((x as { data: unknown }).data, [...(y as { data: Int32Array }).data])
  const threads = new Numbers({ workers: 2, useMultiprocessing: { module: `${root}/numbers.js`, name: 'Numbers' } })
  const batches: unknown[] = []
  for await (const { y } of threads) batches.push(y)
  await threads.close()
  return {
    shapes: [first.train.x.shape, second.test.x.shape],
    labels: [...first.test.y.data, ...second.test.y.data],
    fromFile: (await mnist.load({ from: new Blob([await (await fetch(`${root}/mnist.tgz`)).arrayBuffer()]) })).train.y
      .shape,
    wrong: await messageOf(getFileBytes({ origin: `${root}/mnist.tgz`, fileHash: '0'.repeat(64) })),
    missing: await messageOf(mnist.load({ from: `${root}/none.npz` })),
    otherSite: await messageOf(mnist.load({ from: root.replace('127.0.0.1', 'localhost').concat('/mnist.tgz') })),
    path: await messageOf(getFile({ origin: `${root}/mnist.tgz` })),
    sounds: await messageOf(audioDatasetFromDirectory('sounds')),
    length: bytes.length,
    texts,
    batches,
  }
}

page.findings = findings().catch((error: Error) => ({ failed: String(error.stack) }))
