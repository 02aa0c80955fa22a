export { downloads } from './downloads.ts'
export { http } from './platform-http.ts'
export { indexedDb } from './indexed-db.ts'
export { opfs } from './opfs.ts'
