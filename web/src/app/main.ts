import { createApp } from 'vue'
import { textsReady } from '@/i18n'
import { watchSystemTheme } from '@/lib/theme'
import App from './App.vue'
import './app.css'
import { watchEnded } from './ended'
import { makeRouter } from './router'

const app = createApp(App)
const router = makeRouter()
app.use(router)
watchSystemTheme()

watchEnded(router)

// What did not come is told on the page.
void Promise.all([textsReady().catch(() => undefined), router.isReady().catch(() => undefined)]).then(() => app.mount('#app'))
