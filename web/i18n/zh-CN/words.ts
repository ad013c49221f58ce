import 'dayjs/locale/zh-cn'
import zhCN from 'antd/locale/zh_CN'
import { account } from './account.ts'
import { codes } from './codes.ts'
import { common } from './common.ts'
import { desk } from './desk.ts'
import { figures } from './figures.ts'
import { frame } from './frame.ts'
import { intake } from './intake.ts'
import { person } from './person.ts'

export const antdLocale = zhCN
export const words = { account, codes, common, desk, figures, frame, intake, person }
