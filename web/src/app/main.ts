import { createApp } from 'vue'
import { onSignInRequired } from '@/api'
import { textsReady } from '@/i18n'
import { watchSystemTheme } from '@/lib/theme'
import App from './App.vue'
import './app.css'
import { makeRouter } from './router'
import { useSession } from './session'

const app = createApp(App)
const router = makeRouter()
app.use(router)
watchSystemTheme()

onSignInRequired(() => {
  useSession().forget()
  const here = router.currentRoute.value
  if (here.meta.page?.roles) void router.push({ name: 'sign-in', query: { next: here.fullPath } })
})

// What did not come is told on the page.
void Promise.all([textsReady().catch(() => undefined), router.isReady().catch(() => undefined)]).then(() => app.mount('#app'))
