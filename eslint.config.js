import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      'web/dist',
      'data',
      'node_modules',
      '.tmp',
      'server/platform/db-types.ts',
      '.dependency-cruiser.cjs',
      'bin',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // Two programs instead of three: the browser tests read the whole server as well.
        project: ['./tsconfig.lint.json', './web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // A one-line callback may return what it calls; the promise rules still catch what matters.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Spreading a string is the way to count characters instead of UTF-16 units.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // A cursor or a stored row is typed by who reads it.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'no-console': 'error',
      'max-lines': ['error', { max: 420, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // The command line speaks to people; benches, torture and scripts print their figures.
    files: ['server/cli/**', 'bench/**', 'torture/**', 'scripts/**', 'sim/sim.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // The text of an error quotes what it was given; the logger's serializer leaves it out.
    files: ['server/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.name="log"] > ObjectExpression MemberExpression[property.name="message"]',
          message: 'Log the error itself as `err`, never its text.',
        },
      ],
    },
  },
  { files: ['web/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  {
    // Lists, forms and dialogs are made of the kit in web/ui (docs/decisions/0045-one-kit.md).
    files: ['web/features/**/*.tsx', 'web/app/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXOpeningElement[name.name=/^(select|input|textarea|table|dialog)$/]',
          message: 'Fields and lists come from web/ui.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'antd',
              importNames: [
                'Modal',
                'Drawer',
                'Select',
                'DatePicker',
                'Input',
                'InputNumber',
                'Checkbox',
                'Radio',
                'Form',
                'Table',
              ],
              message: 'Fields, lists and dialogs come from web/ui.',
            },
          ],
        },
      ],
    },
  },
  {
    // No lists: tables of figures, comparisons and sheets; and fields whose keys, files or scanners are their own.
    files: [
      'web/features/{figure,match,person,spot-check}/*{Table,Tables,Page,Dialog}.tsx',
      'web/features/instruction/DepartmentTable.tsx',
      'web/features/pathway/rehearsal/RehearsalResult.tsx',
      'web/features/pathway/editor/FileButtons.tsx',
      'web/features/visit/{DaySheet,MadePanel}.tsx',
      'web/features/call-back/CallBacksPage.tsx',
      'web/features/import/{MappingForm,UploadDialog}.tsx',
      'web/features/setting/RulesTab.tsx',
      'web/features/task/{PhotoField,PhotoThumbs,NumberField,QuestionField,OutcomeBar}.tsx',
      'web/app/{GlobalSearch,Palette,PersonPick}.tsx',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['*.js', '*.cjs'], ...tseslint.configs.disableTypeChecked },
)
