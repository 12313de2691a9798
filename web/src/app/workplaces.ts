/* The pages where people work: desks, bureaux, the administrator, and the demo's. Loaded when an address is none of routes.ts. */
import type { Page } from './routes'
import type { Role } from './session'
import { full } from './styles'
import type zh from './work/messages.zh'

export { default as texts } from './work/messages'

const desk: readonly Role[] = ['desk_agent', 'desk_supervisor']
const officers: readonly Role[] = ['officer']

export const workplaces: readonly Page<typeof zh>[] = [
  { path: '/desk', name: 'desk', title: 'title.desk', shell: 'staff', roles: desk, live: true, load: full(() => import('@/features/desk/DeskPage.vue')) },
  { path: '/desk/staff', name: 'desk-staff', title: 'title.deskStaff', shell: 'staff', roles: ['desk_supervisor'], load: full(() => import('@/features/desk/StaffPage.vue')) },
  { path: '/desk/scorecard', name: 'desk-scorecard', title: 'title.deskScorecard', shell: 'staff', roles: desk, load: full(() => import('@/features/desk/ScorecardPage.vue')) },
  { path: '/desk/:id', name: 'desk-case', title: 'title.desk', shell: 'staff', roles: desk, live: true, load: full(() => import('@/features/desk/DeskPage.vue')) },
  { path: '/board', name: 'board', title: 'title.board', shell: 'staff', roles: officers, live: true, load: full(() => import('@/features/board/BoardPage.vue')) },
  { path: '/board/cases/:id', name: 'board-case', title: 'title.boardCase', shell: 'staff', roles: officers, live: true, load: full(() => import('@/features/board/BoardCasePage.vue')) },
  { path: '/board/cases/:id/decision', name: 'decision', title: 'title.decision', shell: 'bare', roles: officers, load: full(() => import('@/features/board/DecisionPage.vue')) },
  { path: '/board/applications', name: 'applications', title: 'title.applications', shell: 'staff', roles: officers, load: full(() => import('@/features/board/ApplicationsPage.vue')) },
  { path: '/board/enterprises', name: 'enterprises', title: 'title.enterprises', shell: 'staff', roles: officers, load: full(() => import('@/features/board/EnterprisesPage.vue')) },
  { path: '/board/statistics', name: 'statistics', title: 'title.statistics', shell: 'staff', roles: officers, load: full(() => import('@/features/board/StatisticsPage.vue')) },
  { path: '/admin', name: 'admin', title: 'title.admin', shell: 'staff', roles: ['administrator'], load: full(() => import('@/features/admin/AdminPage.vue')) },
  { path: '/setup', name: 'setup', title: 'title.setup', shell: 'bare', load: full(() => import('@/features/admin/SetupPage.vue')) },
  { path: '/demo', name: 'demo', title: 'title.demo', shell: 'public', load: full(() => import('@/features/demo/DemoPage.vue')) },
  { path: '/demo/outbox', name: 'demo-outbox', title: 'title.demoOutbox', shell: 'public', load: full(() => import('@/features/demo/OutboxPage.vue')) },
]
