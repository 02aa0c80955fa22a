// Saves a model at the addresses that a page has, and loads it from there.
import { listFiles, readFile, removeFile } from '@gradus/io'
import { Dense, loadModel, Sequential } from 'gradus'

/** The results from the page. */
export interface FileFindings {
  /** The predictions of the model, and of the one that is loaded from each address. */
  readonly predictions: Readonly<Record<string, unknown>>
  readonly listed: readonly string[]
  readonly afterRemoval: readonly string[]
  readonly refusals: readonly string[]
  /** The bytes of the page, by its path. */
  readonly page: string
}

const addresses = ['indexeddb://digits', 'opfs://models/digits.safetensors']

async function findOut(): Promise<FileFindings> {
  const model = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 1 })
  model.compile({ optimizer: 'adam', loss: 'mse' })
  await model.fit([[1, 2, 3]], [[1, 2]], { epochs: 2, verbose: 0 })
  const predict = async (loaded: Pick<Sequential, 'predict'>) => (await loaded.predict([[1, 2, 3]])).array()
  const predictions: Record<string, unknown> = { model: await predict(model) }
  for (const address of addresses) {
    await model.save(address)
    await model.save(address)
    predictions[address] = await predict(await loadModel(address))
  }
  const bytes = (await model.toBytes()) as Uint8Array<ArrayBuffer>
  predictions['File'] = await predict(await loadModel(new File([bytes], 'digits.safetensors')))
  predictions['blob'] = await predict(await loadModel(new URL(URL.createObjectURL(new Blob([bytes])))))
  await model.save('downloads://digits.safetensors')
  const listed = [...(await listFiles('indexeddb://')), ...(await listFiles('opfs://'))]
  for (const address of [...addresses, ...addresses]) await removeFile(address)
  const afterRemoval = [...(await listFiles('indexeddb://')), ...(await listFiles('opfs://'))]
  const refusals: string[] = []
  for (const address of [...addresses, 'opfs://../a', 'none', 'https://127.0.0.1:1/a'])
    await loadModel(address).catch((error: Error) => refusals.push(error.message))
  return { predictions, listed, afterRemoval, refusals, page: new TextDecoder().decode(await readFile('index.html')) }
}

Object.assign(globalThis, { findings: findOut().catch((error: Error) => ({ failed: error.stack ?? String(error) })) })
