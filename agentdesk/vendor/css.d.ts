// esbuild turns an imported style sheet into a file beside the bundle.
declare module "*.css";
