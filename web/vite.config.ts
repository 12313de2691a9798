import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const dist = fileURLToPath(new URL('./dist', import.meta.url))

/** Compresses each text asset once, at build time, so that the server only picks a file. */
function precompress(): Plugin {
  const wanted = new Set(['.js', '.css', '.html', '.svg', '.json', '.txt'])
  return {
    name: 'hejie:precompress',
    apply: 'build',
    closeBundle() {
      for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !wanted.has(extname(entry.name)) || entry.parentPath.includes('.vite')) continue
        const file = join(entry.parentPath, entry.name)
        const body = readFileSync(file)
        if (body.length < 512) continue
        writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }))
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }),
        )
      }
      // The build empties dist; this file keeps the folder in git for //go:embed.
      writeFileSync(join(dist, '.gitkeep'), '')
    },
  }
}

export default defineConfig({
  plugins: [vue(), tailwindcss(), precompress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    target: 'es2022',
    // A strict policy (default-src 'self') allows no data: URL and no inline script.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // Every page's list of parts would stand in the first script. Style sheets must; scripts of other pages are found when they are loaded.
      resolveDependencies: (_, deps, { hostType }) => (hostType === 'html' ? deps : deps.filter((file) => file.endsWith('.css'))),
    },
    manifest: true,
    reportCompressedSize: false,
  },
  server: {
    proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
})
