import 'dayjs/locale/zh-tw'
import zhTW from 'antd/locale/zh_TW'
import type { SameWords } from '../shape.ts'
import type { words as reference } from '../zh-CN/words.ts'
import { account } from './account.ts'
import { codes } from './codes.ts'
import { common } from './common.ts'
import { desk } from './desk.ts'
import { figures } from './figures.ts'
import { frame } from './frame.ts'
import { intake } from './intake.ts'
import { person } from './person.ts'

export const antdLocale = zhTW
export const words = { account, codes, common, desk, figures, frame, intake, person } satisfies SameWords<typeof reference>
