import { type Html, html } from './html.ts';
import { navigation } from './navigation.ts';

/** The page that `dashboard.js` fills with the dashboard of that name, or one that says that there is none. */
export const dashboardPage = (stack: string, dashboard: string | undefined): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${stack}: dashboard</title>
<link rel="stylesheet" href="/window.css">
<link rel="stylesheet" href="/uplot.css">
<link rel="stylesheet" href="/dashboard.css">
<script src="/dashboard.js" type="module"></script>
</head>
<body class="wide">
<header>
<h1>${stack}</h1>
${navigation('dashboard')}
<p>The dashboard <code>${dashboard ?? 'none'}</code> of the template, drawn from what the functions measure and from what AWS would count here. Each point is for the period before it.</p>
</header>
<main id="dashboard"><p class="none">${dashboard === undefined ? 'The template has no dashboard.' : 'The page needs its script to draw.'}</p></main>
</body>
</html>
`;
