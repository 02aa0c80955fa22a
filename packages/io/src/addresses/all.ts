export { downloads } from './downloads.ts'
export { indexedDb } from './indexed-db.ts'
export { opfs } from './opfs.ts'
export { http } from './platform-http.ts'
