import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { gzipAsync } from '@gfx/zopfli'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { chunkName } from './scripts/chunks'

const src = fileURLToPath(new URL('./src', import.meta.url))
const dist = fileURLToPath(new URL('./dist', import.meta.url))

/** Compresses each text asset once, at build time and as far as it goes, so that the server only picks a file. */
function precompress(): Plugin {
  const wanted = new Set(['.js', '.css', '.html', '.svg', '.json', '.txt'])
  return {
    name: 'hejie:precompress',
    apply: 'build',
    async closeBundle() {
      for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !wanted.has(extname(entry.name)) || entry.parentPath.includes('.vite')) continue
        const file = join(entry.parentPath, entry.name)
        const body = readFileSync(file)
        if (body.length < 512) continue
        writeFileSync(`${file}.gz`, await gzipAsync(body, { numiterations: 5 }))
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

/** Drops the second, lab() form of each token: they lie within sRGB (tokens.test.ts), which the first form already says in full. */
function plainColours(): Plugin {
  return {
    name: 'hejie:plain-colours',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue
        file.source = String(file.source).replaceAll(/@supports \(color:lab\(0% 0 0\)\)\{[^{}]*\{[^{}]*\}\}/g, '')
      }
    },
  }
}

/** No script brings a style sheet along (app/styles.ts loads those), so what Vite would put around each import() has nothing to do. */
function plainImports(): Plugin {
  return {
    name: 'hejie:plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: (id) => (id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load()' : undefined),
  }
}

export default defineConfig({
  plugins: [vue(), tailwindcss(), plainColours(), plainImports(), precompress()],
  resolve: {
    alias: [
      { find: '@', replacement: src },
      // How Lucide's icons name their maker: see there.
      { find: '../createLucideIcon.mjs', replacement: `${src}/ui/icon.ts` },
    ],
  },
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
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: chunkName(), includeDependenciesRecursively: false }] },
      },
    },
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
