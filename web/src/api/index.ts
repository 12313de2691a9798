export { api, data, onSignInRequired, tellSignInRequired } from './client'
export { sha256, upload, type Upload, type UploadedFile } from './upload'
export type { components, paths } from './schema'
