import { browser } from './browser.ts'
import { type AddressScheme, nameIn } from './scheme.ts'

/** Files that a page offers as a download, such as `downloads://digits.safetensors`. */
export const downloads: AddressScheme = {
  names: ['downloads'],
  instead: 'let people choose the file with <input type="file"> and pass the File',
  async write(address, data) {
    const { document } = browser
    if (!document) throw new Error('only a page with a document has downloads')
    const url = URL.createObjectURL(new Blob([data]))
    const link = document.createElement('a')
    link.href = url
    link.download = nameIn(address)
    link.click()
    // the browser reads the blob after the click
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
  },
}
