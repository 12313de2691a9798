import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import tseslint from 'typescript-eslint'

const layout = Object.fromEntries(
  [
    'attributes-order',
    'first-attribute-linebreak',
    'html-closing-bracket-newline',
    'html-indent',
    'html-self-closing',
    'max-attributes-per-line',
    'multiline-html-element-content-newline',
    'singleline-html-element-content-newline',
  ].map((rule) => [`vue/${rule}`, 'off']),
)

const network = [
  { name: 'fetch', message: 'Use the client in @/api.' },
  { name: 'XMLHttpRequest', message: 'Use the client in @/api.' },
  { name: 'WebSocket', message: 'The one connection lives in @/live.' },
  { name: 'EventSource', message: 'The one connection lives in @/live.' },
]

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['src/**/*.{ts,vue}'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      ...layout,
      'no-restricted-globals': ['error', ...network],
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': ['error', { allowBinding: true }],
      'vue/no-bare-strings-in-template': ['error', { allowlist: ['·', '—', '/', ':', '：', '%', '+', '×', '→', '←', '…'] }],
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-props-declaration': ['error', 'type-based'],
      // A Field ties its label to the control inside it.
      'vuejs-accessibility/form-control-has-label': ['error', { labelComponents: ['Field'] }],
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] }, components: [] }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['src/api/**', 'src/live/**'], rules: { 'no-restricted-globals': 'off' } },
  {
    // Imports run one way: lib and ui know nothing of disputes.
    files: ['src/ui/**', 'src/lib/**', 'src/i18n/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['@/features/*', '@/live', '@/live/*', '@/app/*'] }],
    },
  },
)
