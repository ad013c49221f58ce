import { serviceChains } from './service-chain.ts'
import { diseaseTemplates } from './templates.ts'
import type { DiseaseTemplate } from './write.ts'

const posts: Record<DiseaseTemplate['contacts'][number]['by'], string> = {
  'attending-doctor': '主管医生',
  nurse: '责任护士',
  'head-nurse': '护士长',
  'service-centre': '客服中心',
  outreach: '外联部',
}

const cell = (text: string) => text.replaceAll('|', '\\|')

/** The page of the guide about templates, from the templates themselves. */
export function renderGuide(): string {
  const diseases = diseaseTemplates.map((one) => {
    const contacts = one.contacts
      .map(({ day, dueDay, by, visit }) => `第 ${day}–${dueDay} 天 ${posts[by]}${visit ? '（上门）' : ''}`)
      .join('<br>')
    const signs = one.questions
      .flatMap(({ redFlag }) => (redFlag ? `${redFlag.text['zh-CN']}（${redFlag.withinMinutes} 分钟）` : []))
      .join('；')
    return `| ${one.name} | ${one.codes.join(' ')} | ${contacts} | ${cell(signs)} | ${cell(one.source)} |`
  })
  const chains = serviceChains.flatMap(({ name, definition }) =>
    definition.steps.flatMap((step) =>
      step.kind === 'task' && typeof step.dueIn.value === 'number'
        ? [
            `| ${name} | ${cell(step.title)} | ${step.dueIn.value} ${step.dueIn.unit === 'hours' ? '小时' : '天'}内 | ${cell(step.description ?? '')} |`,
          ]
        : [],
    ),
  )
  return `# 专病随访模板与服务链

> **English summary.** Sixteen disease or stay templates and three service chains ship with CareLoop, all switched off. Each has its timing, questions,
> alarms and patient texts from the guideline named beside it. This page is written from the templates (\`UPDATE_DOCS=1 npx vitest run server/seed\`).

随访路径页列出全部模板，安装后都是**停用**的：每个模板都意味着有人要打这些电话，请先看人手再启用。启用后，出院诊断（ICD-10）符合的患者自动进入，任务出现在各岗位的工作台上。

- 时间都从出院那天算起；“第 5–7 天”是指第 5 天出现在名单上、第 7 天到期。
- 括号里的分钟数是危险回答报给主管医生的时限，回答一选上就报，不等问卷填完。
- 死亡、再入院、退订、拒绝随访，路径立即停止。
- 同时符合几个模板的，专病优先：例如心衰合并高血压只进心衰。糖尿病与其他专病可以同时在随访中。
- 专病随访与出院三级随访各算各的。不想给同一位患者打两轮电话的，在三级随访的“谁会进入”里排除相应诊断。
- 宣教短文发到患者邮箱，内容是一般性提醒，请科室审阅后再启用；改动会成为新的版本。

## 专病与住院类型

| 模板 | 出院诊断 | 随访 | 报警（时限） | 依据 |
| ---- | -------- | ---- | ------------ | ---- |
${diseases.join('\n')}

## 服务链：每一步的岗位与时限

| 服务链 | 岗位与步骤 | 时限 | 要做的事 |
| ------ | ---------- | ---- | -------- |
${chains.join('\n')}
`
}
