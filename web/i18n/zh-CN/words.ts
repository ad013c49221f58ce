import 'dayjs/locale/zh-cn'
import zhCN from 'antd/locale/zh_CN'
import { account } from './account.ts'
import { audit } from './audit.ts'
import { callBacks } from './call-backs.ts'
import { ladder } from './ladder.ts'
import { launch } from './launch.ts'
import { team } from './team.ts'
import { guidance } from './guidance.ts'
import { clock } from './clock.ts'
import { codes } from './codes.ts'
import { common } from './common.ts'
import { desk } from './desk.ts'
import { disputes } from './disputes.ts'
import { editor } from './editor.ts'
import { designer } from './designer.ts'
import { figures } from './figures.ts'
import { form } from './form.ts'
import { frame } from './frame.ts'
import { groups } from './groups.ts'
import { imports } from './imports.ts'
import { headChecks } from './head-checks.ts'
import { instructions } from './instructions.ts'
import { intake } from './intake.ts'
import { links } from './links.ts'
import { match } from './match.ts'
import { messages } from './messages.ts'
import { outbound } from './outbound.ts'
import { pathways } from './pathways.ts'
import { person } from './person.ts'
import { questionnaires } from './questionnaires.ts'
import { rehearsal } from './rehearsal.ts'
import { report } from './report.ts'
import { settings } from './settings.ts'
import { spotChecks } from './spot-checks.ts'
import { tasks } from './tasks.ts'
import { users } from './users.ts'
import { visitDay } from './visit-day.ts'
import { visits } from './visits.ts'

/** @public Used through a dynamic import, which the dead-code check cannot see. */
export const antdLocale = zhCN
export const words = {
  account,
  audit,
  callBacks,
  ladder,
  launch,
  team,
  guidance,
  clock,
  codes,
  common,
  desk,
  disputes,
  editor,
  designer,
  figures,
  form,
  frame,
  groups,
  imports,
  headChecks,
  instructions,
  intake,
  links,
  match,
  messages,
  outbound,
  pathways,
  person,
  questionnaires,
  rehearsal,
  report,
  settings,
  spotChecks,
  tasks,
  users,
  visitDay,
  visits,
}
