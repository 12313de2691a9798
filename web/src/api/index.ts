export { api, data, onSignInRequired, tellSignInRequired } from './client'
export type { components, paths } from './schema'
